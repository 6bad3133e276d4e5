// What the tests in a browser share: what they need, processes, ports, and the browser itself.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const demo = path.join(root, 'examples/demo')
export const gatewayFile = path.resolve(process.env.ACTORGATE ?? path.join(root, 'build/release/actorgate'))
export const patience = 15_000
/** A folder of this test, which `close` removes. */
export const home = fs.mkdtempSync(path.join(os.tmpdir(), 'actorgate-browser-'))

const searched = [...process.env.PATH.split(path.delimiter), '/usr/sbin', '/usr/local/sbin']
const find = names => names.flatMap(name => searched.map(folder => path.join(folder, name))).find(file => fs.existsSync(file))
const chromium = process.env.CHROMIUM ?? find(['chromium', 'chromium-browser', 'google-chrome'])
const natsServer = find(['nats-server'])

/** Ends the program as "skipped" if something is missing. */
export function need(there, what) {
  if (there) return
  console.log(`skipped: ${what}`)
  fs.rmSync(home, { recursive: true, force: true })
  process.exit(77)
}
need(chromium, 'no Chromium found')
need(natsServer, 'no nats-server found')
need(fs.existsSync(gatewayFile), `no gateway at ${gatewayFile}`)
need(fs.existsSync(path.join(demo, 'node_modules')), 'npm ci has not run in examples/demo')
const playwright = await import('playwright-core').catch(() => need(false, 'npm ci has not run in tests/browser'))

// ---- Processes ------------------------------------------------------------------------------------------------

const running = new Set()

/** Starts a process; settles when it has said `ready`, or accepts connections on `port`. */
export async function start(command, args, { ready, port, env } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: home, env: { ...process.env, ...env } })
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

export async function stop(process_) {
  if (!process_ || !running.delete(process_)) return
  process_.child.kill('SIGTERM')
  const late = setTimeout(() => process_.child.kill('SIGKILL'), 5000)
  await process_.ended
  clearTimeout(late)
}

export async function until(condition, message) {
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

export function freePort() {
  return new Promise((done, failed) => {
    const server = net.createServer().on('error', failed)
    server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)) })
  })
}

/** Starts a NATS server; its URL. */
export async function startNats() {
  const port = await freePort()
  await start(natsServer, ['-a', '127.0.0.1', '-p', String(port)], { port })
  return `nats://127.0.0.1:${port}`
}

export const startService = (nats, env = {}) => start(
  process.execPath, [path.join(demo, 'service.mjs'), nats], { ready: /service ready/, env })

export const launchBrowser = () => playwright.chromium.launch({
  executablePath: chromium, headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--no-first-run'],
})

/** Ends everything that was started, the last first. */
export async function close() {
  for (const process_ of [...running].reverse()) await stop(process_)
  fs.rmSync(home, { recursive: true, force: true })
}
