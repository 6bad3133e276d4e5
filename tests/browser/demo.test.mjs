// Two windows of the demo's page, in a real browser, behind the gateway.
//
//     ACTORGATE=build/release/actorgate node tests/browser/demo.test.mjs
//
// Needs `npm ci` here and in examples/demo, nats-server, and a Chromium (or CHROMIUM=path). Where one of them is
// missing the exit code is 77, which ctest can take for "skipped".
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { close, demo, freePort, gatewayFile, launchBrowser, patience, start, startNats, startService, stop } from './stage.mjs'

// ---- Stage ----------------------------------------------------------------------------------------------------

const stage = { problems: [] }

const startGateway = () => start(
  gatewayFile, ['--nats', stage.nats, '--addr', '127.0.0.1', '--port', String(stage.port)], { port: stage.port })

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
  stage.nats = await startNats()
  stage.port = await freePort()
  stage.gateway = await startGateway()
  stage.service = await startService(stage.nats)
  const page = await start(
    process.execPath, [path.join(demo, 'page.mjs'), '--port', '0', '--gateway', `ws://127.0.0.1:${stage.port}/`],
    { ready: /http:\S+/ })
  stage.url = page.output.match(/http:\S+/)[0]
  stage.browser = await launchBrowser()
  stage.one = await openWindow()
  stage.two = await openWindow()
})

after(async () => {
  await stage.browser?.close()
  await close()
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
  stage.service = await startService(stage.nats)
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
