// The page: it draws what resclient holds of the gateways' own resources. Nothing is asked for again and again:
// the gateways send what has changed.
import { bytes, count, rate } from './format.js'
import { Node } from './node.js'

const ResClient = window.resclient.default

const element = id => document.getElementById(id)
const news = text => { element('news').textContent = text }
const beat = 2000 // ms: as often as gateways tell their numbers

// ---- Connection and login -------------------------------------------------------------------------------------

const config = await (await fetch('config.json')).json()
const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
const client = new ResClient(
  `${scheme}//${location.host}${config.webSocket}`, { reconnectDelay: 1000, subscribeRetryDelay: 2000 })

let credentials = null // as long as the page is open: a connection that comes back has to log in again

client.on('connect', () => showState('connected', 'Connected'))
client.on('disconnect', () => showState('disconnected', 'Reconnecting…'))
client.setOnConnect(() => credentials && logIn().catch(askToLogIn))

function showState(state, text) {
  element('state').dataset.state = state
  element('state').textContent = text
  document.body.classList.toggle('offline', state !== 'connected')
}

function showError(problem) {
  element('error').hidden = !problem
  element('error').textContent = problem?.message ?? ''
}

function logIn() {
  const dot = config.login.lastIndexOf('.')
  return client.authenticate(config.login.slice(0, dot), config.login.slice(dot + 1), credentials)
}

function askToLogIn(problem) {
  credentials = null
  showError(problem)
  element('cluster').hidden = true
  element('login').hidden = !config.login
  if (config.login) element('user').focus()
}

element('login').addEventListener('submit', async event => {
  event.preventDefault()
  credentials = { user: element('user').value, password: element('password').value }
  element('password').value = ''
  try {
    await logIn()
    await showCluster()
  } catch (problem) {
    askToLogIn(problem)
  }
})

// ---- Tables ---------------------------------------------------------------------------------------------------

const nodes = new Map() // by id
const rowLimit = 20

/** Makes a table have these rows of texts; what has not changed stays. */
function fill(id, rows) {
  const body = element(id).tBodies[0]
  const heads = element(id).tHead.rows[0].cells
  while (body.rows.length > rows.length) body.deleteRow(-1)
  rows.forEach((texts, i) => {
    const row = body.rows[i] ?? body.insertRow()
    texts.forEach((text, column) => {
      const cell = row.cells[column] ?? row.insertCell()
      if (cell.textContent === text) return
      cell.textContent = cell.title = text
      cell.className = heads[column].className
    })
  })
  element(id).closest('.card').querySelector('.empty').hidden = rows.length > 0
}

/** Each node with clients for a resource is sent the same events: so the most are shown, not the sum. */
function busiestRows() {
  const all = new Map()
  for (const node of nodes.values()) {
    for (const { name, events, clients } of node.rows('busiestList')) {
      const known = all.get(name) ?? { name, events: 0, clients: 0 }
      all.set(name, { name, events: Math.max(known.events, events), clients: known.clients + clients })
    }
  }
  return [...all.values()].sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1)).slice(0, rowLimit)
    .map(({ name, events, clients }) => [name, rate(events), count(clients)])
}

function clientRows() {
  return [...nodes.values()].flatMap(node => node.rows('connectionList').map(row => ({ ...row, node: node.id })))
    .sort((a, b) => b.queued - a.queued || b.subscriptions - a.subscriptions).slice(0, rowLimit)
    .map(row => [row.id, row.node, row.address, bytes(row.queued), count(row.subscriptions), count(row.pending)])
}

function summary() {
  const sum = key => [...nodes.values()].reduce((all, node) => all + (node.values[key] ?? 0), 0)
  return `${nodes.size} ${nodes.size === 1 ? 'node' : 'nodes'}, ${count(sum('connections'))} clients, ` +
    `${rate(sum('eventsOut'))} events a second to them`
}

let drawing = false
/** Soon, and once for all that changes until then. */
function draw() {
  if (drawing) return
  drawing = true
  requestAnimationFrame(() => {
    drawing = false
    element('summary').textContent = summary()
    fill('busiest', busiestRows())
    fill('clients', clientRows())
  })
}

// ---- The cluster ----------------------------------------------------------------------------------------------

let cluster = null // the model of all nodes

function drawNodes(tell) {
  const there = cluster.props
  for (const [id, node] of nodes) {
    if (there[id] !== undefined) continue
    node.close()
    nodes.delete(id)
    tell(`Node ${id} is gone`)
  }
  for (const id of Object.keys(there)) {
    if (nodes.has(id)) continue
    nodes.set(id, new Node(id, there[id], draw))
    tell(`Node ${id} is there`)
  }
  const inOrder = [...nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  element('nodes').tBodies[0].append(...inOrder.map(node => node.root))
  draw()
}

const nodesChanged = () => drawNodes(news)

function forget() {
  cluster?.off('change', nodesChanged)
  cluster?.off('unsubscribe', lost)
  cluster = null
  for (const node of nodes.values()) node.close()
  nodes.clear()
}

function lost() {
  forget()
  askToLogIn({ message: 'You may not see the cluster any more' })
}

async function showCluster() {
  const found = await client.get('actorgate.nodes')
  forget()
  cluster = found
  cluster.on('change', nodesChanged)
  cluster.on('unsubscribe', lost)
  showError(null)
  element('login').hidden = true
  element('cluster').hidden = false
  drawNodes(() => {})
}

setInterval(() => { for (const node of nodes.values()) node.sample() }, beat)

/** Whoever is known by the headers of his connection need not log in. */
async function begin() {
  for (;;) {
    try {
      return await showCluster()
    } catch (problem) {
      if (problem.code === 'system.accessDenied') return askToLogIn(config.login ? null : problem)
      showError(problem)
      await new Promise(done => setTimeout(done, beat))
    }
  }
}
await begin()
