// One gateway on the page: its row of numbers and charts, and the lists that it has.
import { Chart } from './chart.js'
import { bytes, count, duration, rate } from './format.js'

const { isResError } = window.resclient

const counts = ['connections', 'slow', 'subscriptions', 'resources']
const charts = [
  { key: 'requests', label: 'Requests per second', format: rate },
  { key: 'eventsIn', label: 'Events in per second', format: rate },
  { key: 'eventsOut', label: 'Events out per second', format: rate },
  { key: 'bytesOut', label: 'Bytes out per second', format: bytes },
]
const lists = ['connectionList', 'busiestList']
const retry = 2000 // ms

function make(parent, name, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(name), properties))
}

export class Node {
  /** A `model` that is an error is of a gateway that does not tell of itself. `changed` is called when a list does. */
  constructor(id, model, changed) {
    this.id = id
    this.model = isResError(model) ? null : model
    this.lists = {}
    this.listChanged = changed
    this.build()
    this.draw()
    this.sample()
    this.redraw = () => { this.draw(); changed() }
    this.model?.on('change', this.redraw)
    if (this.model) for (const key of lists) this.follow(key)
  }

  build() {
    this.root = document.createElement('tr')
    this.root.dataset.node = this.id
    const name = make(this.root, 'th', { scope: 'row' })
    make(name, 'span', { textContent: this.id })
    this.place = make(name, 'small', { className: 'quiet' })
    this.state = make(this.root, 'td', { className: 'state-cell' })
    this.counts = counts.map(key => {
      const cell = make(this.root, 'td', { className: 'number' })
      cell.dataset.key = key
      return { key, cell }
    })
    this.charts = charts.map(({ key, label, format }) => {
      const cell = make(this.root, 'td', { className: 'chart-cell' })
      const chart = new Chart(`${this.id}, ${label}`, format)
      cell.append(chart.root)
      const text = make(cell, 'span', { className: 'number' })
      text.dataset.key = key
      return { key, chart, text, format }
    })
    this.memory = make(this.root, 'td', { className: 'number' })
    this.up = make(this.root, 'td')
  }

  get values() { return this.model?.props ?? {} }

  draw() {
    const { state, host, clients, version, memory, slow } = this.values
    this.place.textContent = this.model ? `${host}, ${clients}, ${version}` : 'tells nothing of itself'
    this.state.textContent = state ?? ''
    this.state.dataset.state = state ?? 'unknown'
    for (const { key, cell } of this.counts) {
      cell.textContent = count(this.values[key])
      cell.classList.toggle('warn', key === 'slow' && slow > 0)
    }
    for (const { key, text, format } of this.charts) text.textContent = format(this.values[key])
    this.memory.textContent = bytes(memory)
  }

  /** Puts the numbers of this moment into the charts. */
  sample() {
    if (!this.model) return
    for (const { key, chart } of this.charts) chart.add(this.values[key] ?? 0)
    this.up.textContent = duration(Date.now() - this.values.started)
  }

  /** Holds a list; if it cannot be had now, then later. */
  async follow(key) {
    while (!this.closed) {
      try {
        const list = await this.values[key].get()
        if (this.closed) return
        this.lists[key] = list
        for (const event of ['add', 'remove']) list.on(event, this.listChanged)
        return this.listChanged()
      } catch {
        await new Promise(done => setTimeout(done, retry))
      }
    }
  }

  rows(key) { return this.lists[key]?.toArray() ?? [] }

  close() {
    this.closed = true
    this.model?.off('change', this.redraw)
    for (const list of Object.values(this.lists)) {
      for (const event of ['add', 'remove']) list.off(event, this.listChanged)
    }
    this.root.remove()
  }
}
