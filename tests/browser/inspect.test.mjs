// The page that shows the cluster, in a real browser, behind one gateway of two.
//
//     ACTORGATE=build/release/actorgate node tests/browser/inspect.test.mjs
//
// Needs what demo.test.mjs needs, and `npm ci` in pages/inspect. Where something is missing the exit code is 77.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'

import {
  close, freePort, gatewayFile, launchBrowser, need, patience, root, start, startNats, startService,
} from './stage.mjs'

const folder = path.join(root, 'pages/inspect')
need(fs.existsSync(path.join(folder, 'resclient.js')), 'npm ci has not run in pages/inspect')

// ---- Stage ----------------------------------------------------------------------------------------------------

const password = 'only for this test'
const stage = { problems: [] }

async function startGateway(id) {
  const port = await freePort()
  const gateway = await start(gatewayFile, [
    '--nats', stage.nats, '--addr', '127.0.0.1', '--port', String(port), '--node-id', id, '--cluster-heartbeat', '300',
    '--admin-resources', '--admin-access', 'demo.admin.may', '--admin-page', folder, '--admin-login', 'demo.admin.login',
  ], { port })
  return { process_: gateway, port }
}

async function openPage() {
  const page = await (await stage.browser.newContext()).newPage()
  page.setDefaultTimeout(patience)
  page.on('pageerror', error => stage.problems.push(error.message))
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) stage.problems.push(message.text())
  })
  await page.goto(`http://127.0.0.1:${stage.one.port}/inspect`)
  return page
}

/** A window at that gateway whose page has the demo's clock, over a connection of its own besides the page's. */
async function openClock({ port }) {
  const context = await stage.browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${port}/inspect/`)
  await page.evaluate(async () => {
    const ResClient = window.resclient.default
    const clock = await new ResClient(`ws://${location.host}/`).get('demo.clock')
    clock.on('change', () => {})
  })
  return context
}

async function logIn(page, user, secret) {
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Log in' }).click()
}

const row = id => stage.page.locator(`#nodes tr[data-node="${id}"]`)

/** Waits until that number of a node is this. */
const becomes = (id, key, expected) =>
  row(id).locator(`[data-key="${key}"]`).getByText(expected, { exact: true }).waitFor()

before(async () => {
  stage.nats = await startNats()
  stage.service = await startService(stage.nats, { ADMIN_PASSWORD: password })
  stage.one = await startGateway('one')
  stage.two = await startGateway('two')
  stage.browser = await launchBrowser()
  stage.page = await openPage()
})

after(async () => {
  await stage.browser?.close()
  await close()
})

// ---- Tests: each goes on where the one before it ended ---------------------------------------------------------

test('nothing is shown to whoever has not logged in', async () => {
  await stage.page.getByRole('heading', { name: 'Log in' }).waitFor()
  assert.equal(await stage.page.locator('#cluster').isVisible(), false)
  await logIn(stage.page, 'admin', 'wrong')
  await stage.page.getByRole('alert').getByText('User or password is wrong').waitFor()
  assert.equal(await stage.page.locator('#cluster').isVisible(), false)
})

test('whoever logs in sees all nodes', async () => {
  await logIn(stage.page, 'admin', password)
  for (const id of ['one', 'two']) await row(id).getByText('serving').waitFor()
  await row('one').getByText(`127.0.0.1:${stage.one.port}`).waitFor()
  assert.equal(await stage.page.locator('#login').isVisible(), false)
  await stage.page.locator('#summary').getByText('2 nodes').waitFor()
})

test('what happens on another node is seen', async () => {
  await becomes('two', 'connections', '0')
  const clock = await openClock(stage.two)
  await becomes('two', 'connections', '2')
  await stage.page.locator('#busiest').getByText('demo.clock').waitFor()
  await stage.page.locator('#clients tr', { hasText: 'two' }).first().waitFor()
  await stage.page.waitForFunction(() =>
    Number(document.querySelector('tr[data-node="two"] [data-key="eventsOut"]').textContent) > 0)
  await clock.close()
  await becomes('two', 'connections', '0')
})

test('charts tell what they show', async () => {
  const chart = row('one').getByRole('img').first()
  assert.match(await chart.getAttribute('aria-label'), /^one, Requests per second: .+ now, .+ at most$/)
})

test('a node whose process ends is gone, and one that starts is there', async () => {
  stage.two.process_.child.kill('SIGKILL')
  await row('two').waitFor({ state: 'detached' })
  await row('one').getByText('serving').waitFor()
  stage.three = await startGateway('three')
  await row('three').getByText('serving').waitFor()
})

test('it works in the dark, and on a small screen', async () => {
  await stage.page.emulateMedia({ colorScheme: 'dark' })
  await stage.page.setViewportSize({ width: 360, height: 640 })
  const [width, background] = await stage.page.evaluate(() =>
    [document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor])
  assert.ok(width <= 360, `the page is ${width} wide`)
  assert.equal(background, 'rgb(14, 15, 22)')
})

test('who opens the page anew has to log in anew', async () => {
  await stage.page.reload()
  await stage.page.getByRole('heading', { name: 'Log in' }).waitFor()
  await logIn(stage.page, 'admin', password)
  await row('three').getByText('serving').waitFor()
})

test('no script error was raised on the way, and no password is in a log', () => {
  assert.deepEqual(stage.problems, [])
  for (const { process_ } of [stage.one, stage.two, stage.three]) {
    assert.equal(process_.output.includes(password), false)
  }
})
