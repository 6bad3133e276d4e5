// The page: it draws what resclient holds, and asks the service for changes. What is on the screen comes from the
// service's events alone, so the window that asked and every other window take the same path.
const ResClient = window.resclient.default

const element = id => document.getElementById(id)
const list = element('items')
const error = element('error')

// ---- Connection -----------------------------------------------------------------------------------------------

const { gateway } = await (await fetch('config.json')).json()
const client = new ResClient(gateway, { reconnectDelay: 1000, subscribeStaleDelay: 100, subscribeRetryDelay: 2000 })

function showState(state, text) {
  element('state').dataset.state = state
  element('state').textContent = text
  document.body.classList.toggle('offline', state !== 'connected')
}
client.on('connect', () => showState('connected', 'Connected'))
client.on('disconnect', () => showState('disconnected', 'Reconnecting…'))

/** Gets a resource, however long it takes until the gateway and the service are there. */
async function resource(rid) {
  for (;;) {
    try {
      const found = await client.get(rid)
      showError(null)
      return found
    } catch (problem) {
      showError(problem)
      await new Promise(done => setTimeout(done, 2000))
    }
  }
}

function showError(problem) {
  error.hidden = !problem
  error.textContent = problem ? `${problem.message}${problem.data?.why ? ` (${problem.data.why})` : ''}` : ''
}

/** Calls a method; whether it succeeded. An error is shown. */
async function call(target, method, params) {
  try {
    await target.call(method, params)
    showError(null)
    return true
  } catch (problem) {
    showError(problem)
    return false
  }
}

// ---- Rows -----------------------------------------------------------------------------------------------------

class Row {
  constructor(items, item) {
    this.items = items
    this.item = item
    this.id = item.id
    this.root = element('row').content.firstElementChild.cloneNode(true)
    this.find = selector => this.root.querySelector(selector)
    this.editor = this.find('.editor')
    this.input = this.find('.editor .field')

    this.find('.done').addEventListener('change', event => this.toggle(event.target))
    this.find('.text').addEventListener('dblclick', () => this.edit(true))
    this.find('.edit').addEventListener('click', () => this.edit(true))
    this.find('.cancel').addEventListener('click', () => this.edit(false))
    this.find('.remove').addEventListener('click', () => call(this.items, 'remove', { id: this.id }))
    this.editor.addEventListener('submit', event => this.save(event))
    this.editor.addEventListener('keydown', event => { if (event.key === 'Escape') this.edit(false) })

    this.changed = () => { this.draw(); drawCount(this.items) }
    item.on?.('change', this.changed)
    this.draw()
  }

  draw() {
    const { text, done } = this.item
    this.root.classList.toggle('is-done', !!done)
    this.find('.text').textContent = text ?? 'This item cannot be shown'
    this.find('.done').checked = !!done
    this.find('.done').setAttribute('aria-label', `Done: ${text}`)
    this.find('.edit').setAttribute('aria-label', `Edit: ${text}`)
    this.find('.remove').setAttribute('aria-label', `Remove: ${text}`)
    this.input.setAttribute('aria-label', `Text of: ${text}`)
  }

  async toggle(box) {
    if (!await call(this.item, 'set', { done: box.checked })) this.draw()
  }

  edit(editing) {
    this.root.classList.toggle('is-editing', editing)
    this.editor.hidden = !editing
    if (editing) {
      this.input.value = this.item.text
      this.input.select()
      this.input.focus()
    } else {
      this.find('.edit').focus()
    }
  }

  async save(event) {
    event.preventDefault()
    if (await call(this.item, 'edit', { text: this.input.value })) this.edit(false)
  }

  close() {
    this.item.off?.('change', this.changed)
    if (this.root.contains(document.activeElement)) element('new-text').focus()
    this.root.remove()
  }
}

function drawCount(items) {
  const all = items.toArray()
  const done = all.filter(item => item.done).length
  element('count').textContent = all.length ? `${done} of ${all.length} done` : ''
  element('empty').hidden = all.length > 0
}

const news = text => { element('news').textContent = text }

// ---- Start ----------------------------------------------------------------------------------------------------

async function showItems() {
  const items = await resource('demo.items')
  const rows = []
  const insert = (item, idx) => {
    const row = new Row(items, item)
    list.insertBefore(row.root, list.children[idx] ?? null)
    rows.splice(idx, 0, row)
  }
  items.on('add', ({ item, idx }) => {
    insert(item, idx)
    drawCount(items)
    news(`Added: ${item.text}`)
  })
  items.on('remove', ({ idx }) => {
    const [row] = rows.splice(idx, 1)
    row.close()
    drawCount(items)
    news('An item was removed')
  })
  items.toArray().forEach(insert)
  drawCount(items)

  element('add').addEventListener('submit', async event => {
    event.preventDefault()
    const input = element('new-text')
    if (await call(items, 'add', { text: input.value })) input.value = ''
    input.focus()
  })
}

async function showClock() {
  const clock = await resource('demo.clock')
  const draw = () => {
    element('clock').dateTime = clock.time
    element('clock').textContent = new Date(clock.time).toLocaleTimeString()
  }
  clock.on('change', draw)
  draw()
}

await Promise.all([showItems(), showClock()])
