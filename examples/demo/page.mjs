// Serves the demo's page on 127.0.0.1, and tells it where the gateway is.
//
//     node page.mjs [--port 8081] [--gateway ws://127.0.0.1:8080/]
import fs from 'node:fs/promises'
import http from 'node:http'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PAGE_PORT ?? '8081' },
    gateway: { type: 'string', default: process.env.GATEWAY_URL ?? 'ws://127.0.0.1:8080/' },
  },
})
const gateway = new URL(options.gateway)

// What can be asked for is written here, so no path from outside ever reaches the file system.
const text = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' }
const files = new Map([
  ['/', { file: 'index.html', type: text.html }],
  ['/style.css', { file: 'style.css', type: text.css }],
  ['/app.js', { file: 'app.js', type: text.js }],
  ['/resclient.js', { file: 'node_modules/resclient/dist/resclient.min.js', type: text.js }],
])
const common = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${gateway.origin}; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

async function body(path) {
  if (path === '/config.json') {
    return { type: 'application/json', content: JSON.stringify({ gateway: gateway.href }) }
  }
  const known = files.get(path)
  return known && { type: known.type, content: await fs.readFile(new URL(known.file, import.meta.url)) }
}

async function answer(request, response) {
  const reply = (status, headers, content) => {
    response.writeHead(status, { ...common, ...headers, 'Content-Length': Buffer.byteLength(content) })
    response.end(request.method === 'HEAD' ? undefined : content)
  }
  try {
    if (!['GET', 'HEAD'].includes(request.method)) return reply(405, { Allow: 'GET, HEAD' }, 'Method not allowed\n')
    const found = await body(request.url.split('?', 1)[0])
    if (!found) return reply(404, { 'Content-Type': 'text/plain' }, 'Not found\n')
    reply(200, { 'Content-Type': found.type }, found.content)
  } catch (error) {
    console.error(error)
    reply(500, { 'Content-Type': 'text/plain' }, 'Internal error\n')
  }
}

const server = http.createServer(answer)
server.on('error', error => {
  console.error(error.message)
  process.exit(1)
})
server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`page ready on http://127.0.0.1:${server.address().port}/`)
})

function stop() {
  server.close(() => process.exit(0))
  server.closeAllConnections()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
