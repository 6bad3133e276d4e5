// Two windows of the demo's page, in a real browser, behind the gateway.
//
//     ACTORGATE=build/release/actorgate node tests/browser/demo.test.mjs
//
// Needs `npm ci` here and in examples/demo, nats-server, and a Chromium (or CHROMIUM=path). Where one of them is
// missing the exit code is 77, which ctest can take for "skipped".
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const demo = path.join(root, 'examples/demo')
const binary = path.resolve(process.env.ACTORGATE ?? path.join(root, 'build/release/actorgate'))
const searched = [...process.env.PATH.split(path.delimiter), '/usr/sbin', '/usr/local/sbin']
const patience = 15_000

const find = names => names.flatMap(name => searched.map(folder => path.join(folder, name))).find(file => fs.existsSync(file))
const chromium = process.env.CHROMIUM ?? find(['chromium', 'chromium-browser', 'google-chrome'])
const natsServer = find(['nats-server'])

function need(there, what) {
  if (there) return
  console.log(`skipped: ${what}`)
  process.exit(77)
}
need(chromium, 'no Chromium found')
need(natsServer, 'no nats-server found')
need(fs.existsSync(binary), `no gateway at ${binary}`)
need(fs.existsSync(path.join(demo, 'node_modules')), 'npm ci has not run in examples/demo')
const playwright = await import('playwright-core').catch(() => need(false, 'npm ci has not run in tests/browser'))

// ---- Processes ------------------------------------------------------------------------------------------------

const running = new Set()

/** Starts a process; settles when it has said `ready`, or accepts connections on `port`. */
async function start(command, args, { ready, port } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: home })
  const process_ = { child, output: '', ended: new Promise(done => child.on('close', done)) }
  child.on('error', error => { process_.output += error.message })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => { process_.output += data })
  running.add(process_)
  await until(async () => {
    assert.equal(child.exitCode, null, `${command} ended at once: ${process_.output}`)
    return ready ? ready.test(process_.output) : accepts(port)
  }, () => `${command} is not ready: ${process_.output}`)
  return process_
}

async function stop(process_) {
  if (!process_ || !running.delete(process_)) return
  process_.child.kill('SIGTERM')
  const late = setTimeout(() => process_.child.kill('SIGKILL'), 5000)
  await process_.ended
  clearTimeout(late)
}

async function until(condition, message) {
  const deadline = Date.now() + patience
  while (!await condition()) {
    assert.ok(Date.now() < deadline, message())
    await new Promise(done => setTimeout(done, 50))
  }
}

function accepts(port) {
  return new Promise(done => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => { socket.destroy(); done(true) })
    socket.on('error', () => done(false))
  })
}

function freePort() {
  return new Promise((done, failed) => {
    const server = net.createServer().on('error', failed)
    server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)) })
  })
}

// ---- Stage ----------------------------------------------------------------------------------------------------

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'actorgate-browser-'))
const stage = { problems: [] }

const startGateway = () => start(
  binary, ['--nats', stage.nats, '--addr', '127.0.0.1', '--port', String(stage.port)], { port: stage.port })
const startService = () => start(
  process.execPath, [path.join(demo, 'service.mjs'), stage.nats], { ready: /service ready/ })

/** A window of its own: its own context, so nothing is shared but the service. */
async function openWindow() {
  const page = await (await stage.browser.newContext()).newPage()
  page.setDefaultTimeout(patience)
  page.on('pageerror', error => stage.problems.push(error.message))
  await page.goto(stage.url)
  await shows(page, { state: 'connected', rows: 3 })
  return page
}

const row = (page, text) => page.locator('#items .row', { hasText: text })

/** Waits until the page shows what is given. */
async function shows(page, { state, rows }) {
  if (state) await page.locator(`#state[data-state="${state}"]`).waitFor()
  if (rows !== undefined) {
    await page.waitForFunction(n => document.querySelectorAll('#items .row').length === n, rows)
  }
}

async function addItem(page, text) {
  await page.getByLabel('New item').fill(text)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
}

before(async () => {
  const natsPort = await freePort()
  stage.nats = `nats://127.0.0.1:${natsPort}`
  await start(natsServer, ['-a', '127.0.0.1', '-p', String(natsPort)], { port: natsPort })
  stage.port = await freePort()
  stage.gateway = await startGateway()
  stage.service = await startService()
  const page = await start(
    process.execPath, [path.join(demo, 'page.mjs'), '--port', '0', '--gateway', `ws://127.0.0.1:${stage.port}/`],
    { ready: /http:\S+/ })
  stage.url = page.output.match(/http:\S+/)[0]
  stage.browser = await playwright.chromium.launch({
    executablePath: chromium, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run'],
  })
  stage.one = await openWindow()
  stage.two = await openWindow()
})

after(async () => {
  await stage.browser?.close()
  for (const process_ of [...running].reverse()) await stop(process_)
  fs.rmSync(home, { recursive: true, force: true })
})

// ---- Tests: each goes on where the one before it ended ---------------------------------------------------------

test('an item that is added in one window appears in the other', async () => {
  await addItem(stage.one, 'Water the plants')
  await row(stage.two, 'Water the plants').waitFor()
  await addItem(stage.two, 'Feed the cat')
  await row(stage.one, 'Feed the cat').waitFor()
  assert.deepEqual(
    await stage.one.locator('#items .text').allTextContents(), await stage.two.locator('#items .text').allTextContents())
})

test('a tick in one window is a tick in the other', async () => {
  await row(stage.two, 'Feed the cat').getByRole('checkbox').check()
  await row(stage.one, 'Feed the cat').locator('.done:checked').waitFor()
  await stage.one.getByText('1 of 5 done').waitFor()
})

test('an edit in one window is seen in the other', async () => {
  await row(stage.one, 'Water the plants').getByRole('button', { name: 'Edit' }).click()
  await stage.one.locator('.is-editing .field').fill('Water the garden')
  await stage.one.keyboard.press('Enter')
  await row(stage.two, 'Water the garden').waitFor()
  assert.equal(await row(stage.two, 'Water the plants').count(), 0)
})

test('markup in a text is shown as it was typed', async () => {
  await addItem(stage.one, '<b>"bold"</b> & ünïcode 🙂')
  await stage.two.getByText('<b>"bold"</b> & ünïcode 🙂', { exact: true }).waitFor()
})

test('an item that is removed in one window leaves the other', async () => {
  await row(stage.two, 'ünïcode').getByRole('button', { name: 'Remove' }).click()
  await shows(stage.one, { rows: 5 })
  await shows(stage.two, { rows: 5 })
  assert.equal(await row(stage.one, 'ünïcode').count(), 0)
})

test('what the service rejects is told, and changes nothing', async () => {
  await addItem(stage.one, '   ')
  await stage.one.getByRole('alert').getByText('Invalid parameters').waitFor()
  await shows(stage.one, { rows: 5 })
  await stage.one.getByLabel('New item').fill('')
})

test('the clock goes on', async () => {
  const first = await stage.one.locator('#clock').textContent()
  assert.match(first, /\d/)
  await stage.one.waitForFunction(was => document.querySelector('#clock').textContent !== was, first)
})

test('a service that starts anew is seen with what it then holds', async () => {
  await stop(stage.service)
  stage.service = await startService()
  for (const page of [stage.one, stage.two]) await shows(page, { rows: 3 })
  await addItem(stage.one, 'After the service')
  await row(stage.two, 'After the service').waitFor()
})

test('windows find a gateway that comes back', async () => {
  await stop(stage.gateway)
  for (const page of [stage.one, stage.two]) await shows(page, { state: 'disconnected' })
  stage.gateway = await startGateway()
  for (const page of [stage.one, stage.two]) await shows(page, { state: 'connected', rows: 4 })
  await addItem(stage.two, 'After the gateway')
  await row(stage.one, 'After the gateway').waitFor()
})

test('no script error was raised on the way', () => {
  assert.deepEqual(stage.problems, [])
})
