// A RES service: a list of items that every client sees live, and a clock. All state is in memory.
//
//     node service.mjs [NATS_URL]          (or NATS_URL in the environment; default nats://127.0.0.1:4222)
//
//   demo.items       collection of references to items; add {text}, remove {id}
//   demo.item.<id>   model {id, text, done}; edit {text}, set {text?, done?}
//   demo.clock       model {time}, changes each second
//   demo.admin       login {user, password} (auth) for the one operator, "admin", with ADMIN_PASSWORD out of the
//                    environment; may says whether a token is his: what a gateway asks with adminAccess
import { timingSafeEqual } from 'node:crypto'
import { connect, Events } from 'nats'

const MAX_ITEMS = 200
const MAX_TEXT = 200

/** What a method throws to answer with an error; `code` and `message` are what the client reads. */
class ResError extends Error {
  constructor(code, message, data) {
    super(message)
    Object.assign(this, { code, data })
  }
}
const notFound = () => new ResError('system.notFound', 'Not found')
const methodNotFound = () => new ResError('system.methodNotFound', 'Method not found')
const invalidParams = why => new ResError('system.invalidParams', 'Invalid parameters', { why })

// ---- State ----------------------------------------------------------------------------------------------------

const items = []
let lastId = 0
let clock = { time: now() }

for (const text of ['Open this page in a second window', 'Add an item here, and see it appear there', 'Edit or tick one']) {
  items.push({ id: ++lastId, text, done: false })
}

function now() {
  return new Date().toISOString().replace(/\.\d+/, '')
}

const itemName = item => `demo.item.${item.id}`
const reference = item => ({ rid: itemName(item) })

// ---- Parameters -----------------------------------------------------------------------------------------------

const checks = {
  text(value) {
    if (typeof value !== 'string' || !value.trim()) throw invalidParams('text: a string that is not blank')
    if (value.trim().length > MAX_TEXT) throw invalidParams(`text: at most ${MAX_TEXT} characters`)
    return value.trim()
  },
  done(value) {
    if (typeof value !== 'boolean') throw invalidParams('done: true or false')
    return value
  },
  id(value) {
    if (!Number.isSafeInteger(value)) throw invalidParams('id: an integer')
    return value
  },
}

/** `params` with each member checked: all of `required` there, and nothing but those and `optional`. */
function checked(params, required, optional = []) {
  if (params === null || typeof params !== 'object' || Array.isArray(params)) throw invalidParams('an object is needed')
  for (const name of required) if (!Object.hasOwn(params, name)) throw invalidParams(`${name}: missing`)
  const known = [...required, ...optional]
  return Object.fromEntries(Object.entries(params).map(([name, value]) => {
    if (!known.includes(name)) throw invalidParams(`${name}: not known`)
    return [name, checks[name](value)]
  }))
}

// ---- Methods: each sends its events before it returns what the response is ------------------------------------

function add(params) {
  const { text } = checked(params, ['text'])
  if (items.length >= MAX_ITEMS) throw new ResError('demo.full', `The list holds at most ${MAX_ITEMS} items`)
  const item = { id: ++lastId, text, done: false }
  items.push(item)
  event('demo.items', 'add', { value: reference(item), idx: items.length - 1 })
  return { resource: reference(item) }
}

function remove(params) {
  const { id } = checked(params, ['id'])
  const idx = items.findIndex(item => item.id === id)
  if (idx < 0) throw notFound()
  const [item] = items.splice(idx, 1)
  event('demo.items', 'remove', { idx })
  event(itemName(item), 'delete')
  return { result: null }
}

function change(item, wanted) {
  const values = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => item[name] !== value))
  if (Object.keys(values).length) {
    Object.assign(item, values)
    event(itemName(item), 'change', { values })
  }
  return { result: null }
}

// ---- The operator: who he is, and that he may see the gateways -------------------------------------------------

const adminPassword = process.env.ADMIN_PASSWORD

function isSecret(text, secret) {
  const [a, b] = [text, secret].map(each => Buffer.from(String(each)))
  return a.length === b.length && timingSafeEqual(a, b)
}

function login({ user, password } = {}, cid) {
  if (!adminPassword || user !== 'admin' || !isSecret(password, adminPassword)) {
    throw new ResError('demo.loginFailed', 'User or password is wrong')
  }
  send(`conn.${cid}.token`, { token: { role: 'admin' } })
  return { result: null }
}

const may = token => ({ result: { get: token?.role === 'admin' } })

// ---- Resources: what is got, and what may be called -----------------------------------------------------------

/** The resource of this name, or nothing. `methods` is also what everyone is allowed to call. */
function resource(name) {
  if (name === 'demo.items') return { get: () => ({ collection: items.map(reference) }), methods: { add, remove } }
  if (name === 'demo.clock') return { get: () => ({ model: clock }), methods: {} }
  const item = items.find(each => itemName(each) === name)
  return item && {
    get: () => ({ model: item }),
    methods: {
      edit: params => change(item, checked(params, ['text'])),
      set: params => change(item, checked(params, [], ['text', 'done'])),
    },
  }
}

const requests = {
  access(name) {
    const { methods } = resource(name) ?? {}
    if (!methods) throw notFound()
    const call = Object.keys(methods).join(',')
    return { result: { get: true, ...(call && { call }) } }
  },
  get(name) {
    const found = resource(name)
    if (!found) throw notFound()
    return { result: found.get() }
  },
  auth(nameAndMethod, { params, cid }) {
    if (nameAndMethod !== 'demo.admin.login') throw methodNotFound()
    return login(params ?? undefined, cid)
  },
  call(nameAndMethod, payload) {
    if (nameAndMethod === 'demo.admin.may') return may(payload.token)
    const dot = nameAndMethod.lastIndexOf('.')
    const found = resource(nameAndMethod.slice(0, dot))
    if (!found) throw notFound()
    const method = nameAndMethod.slice(dot + 1)
    if (!Object.hasOwn(found.methods, method)) throw methodNotFound()
    return found.methods[method](payload.params ?? {})
  },
}

/** The response to a message whose subject is `<type>.<name>`. */
function response(type, message) {
  try {
    const payload = message.data.length ? message.json() : {}
    return requests[type](message.subject.slice(type.length + 1), payload)
  } catch (error) {
    if (error instanceof ResError) return { error: { code: error.code, message: error.message, data: error.data } }
    console.error(error)
    return { error: { code: 'system.internalError', message: 'Internal error' } }
  }
}

// ---- NATS -----------------------------------------------------------------------------------------------------

const nats = await connect({
  servers: process.argv[2] ?? process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
  name: 'actorgate-demo',
  waitOnFirstConnect: true,
  maxReconnectAttempts: -1,
})

function send(subject, payload) {
  nats.publish(subject, payload === undefined ? undefined : JSON.stringify(payload))
}

function event(name, kind, payload) {
  send(`event.${name}.${kind}`, payload)
}

/** Tells gateways that what they hold of us may be stale: at our start, and when events may have been lost. */
function reset() {
  send('system.reset', { resources: ['demo.>'], access: ['demo.>'] })
}

for (const type of Object.keys(requests)) {
  nats.subscribe(`${type}.demo.>`, {
    callback(error, message) {
      if (error) console.error(error)
      else if (message.reply) message.respond(JSON.stringify(response(type, message)))
    },
  })
}
await nats.flush()
reset()

const ticking = setInterval(() => {
  clock = { time: now() }
  if (!nats.isClosed()) event('demo.clock', 'change', { values: clock })
}, 1000)

let stopping = false
async function stop() {
  if (stopping) return
  stopping = true
  clearInterval(ticking)
  const patience = setTimeout(() => process.exit(0), 2000) // without a server there is nothing to drain to
  await nats.drain().catch(() => {})
  clearTimeout(patience)
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)

console.log(`service ready on ${nats.getServer()}`)

for await (const status of nats.status()) {
  if (status.type === Events.Disconnect) console.log('NATS connection lost')
  if (status.type === Events.Reconnect) {
    console.log('NATS connection is back')
    reset()
  }
}
