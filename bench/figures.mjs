// Draws the main figures of `script/bench --json FILE` as bars.
//   node bench/figures.mjs FIGURES.json PICTURE.svg [GATEWAY]
// GATEWAY is compared with the reference of the measurement; without it, the first other one is.
import { readFileSync, writeFileSync } from 'node:fs'

const [from, to, chosen] = process.argv.slice(2)
if (!to) {
  console.error('Usage: node bench/figures.mjs FIGURES.json PICTURE.svg [GATEWAY]')
  process.exit(2)
}
const measured = JSON.parse(readFileSync(from, 'utf8'))
const reference = measured.reference
const subject = chosen ?? Object.keys(measured.versions).find(name => name !== reference)
if (!subject) throw new Error('nothing to compare: only one gateway was measured')

// [heading, unit, scale, rows]; a row is [label, figure, figure of the limit]
const groups = [
  ['CPU time for each event that a client gets', '\u00b5s', 1, [
    ['1,000 clients on a model, bursts of 100', 'fanout.saturated.cpu_us', 'fanout.saturated.cpu_us'],
    ['the same, 20 events per second', 'fanout.paced.cpu_us', 'fanout.paced.cpu_us'],
    ['1,000 models, 10 clients each, in bursts', 'many.saturated.cpu_us'],
    ['the same, 2,000 events per second', 'many.paced.cpu_us'],
  ]],
  ['CPU time for each request', '\u00b5s', 1, [
    ['get, cached', 'get.cpu_us'],
    ['subscribe and unsubscribe, cached', 'subscribe.cpu_us'],
    ['subscribe, never seen', 'cache.cpu_us'],
    ['call, not subscribed', 'call.unsubscribed.cpu_us'],
    ['call, subscribed', 'call.subscribed.cpu_us'],
    ['HTTP GET', 'http.get.cpu_us'],
    ['HTTP GET, 25 references', 'http.collection.cpu_us'],
    ['HTTP POST', 'http.post.cpu_us'],
    ['collection of 100, cached', 'collection.warm.cpu_us'],
    ['collection of 100, never seen', 'collection.cold.cpu_us'],
    ['connect', 'idle.connect.cpu_us'],
    ['connect, subscribe, close', 'churn.cpu_us'],
  ]],
  ['Memory', 'KB', 1000, [
    ['idle connection', 'idle.connection_bytes'],
    ['cached model with a subscriber', 'cache.resource_bytes'],
  ]],
]

const layout = { width: 860, left: 310, bar: 380, row: 40, thick: 12, margin: 28 }

/** The median of a figure, wherever it was measured. */
function value(gateway, figure) {
  for (const scenario of Object.values(measured.figures)) {
    const one = scenario[figure]?.[gateway]
    if (one) return one.median
  }
  return undefined
}

const short = number => number >= 100 ? Math.round(number).toLocaleString('en') : number.toPrecision(number < 1 ? 2 : 3)
const escape = text => String(text).replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`)
const text = (kind, x, y, content) => `<text class="${kind}" x="${x}" y="${y}">${escape(content)}</text>`

function bar(kind, y, amount, most, label) {
  const { left, bar: width, thick } = layout
  const length = Math.max(2, width * amount / most)
  return `<rect class="${kind}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="${thick}" rx="2"/>`
    + text('value', (left + length + 6).toFixed(1), y + thick - 2, label)
}

/** A mark for what no gateway gets around. */
function mark(y, amount, most) {
  const { left, bar: width, thick } = layout
  const x = (left + width * amount / most).toFixed(1)
  return `<line class="limit" x1="${x}" x2="${x}" y1="${y - 3}" y2="${y + 2 * thick + 5}"/>`
}

function row(y, [label, figure, limitFigure], unit, scale) {
  const [ours, theirs] = [value(subject, figure), value(reference, figure)]
  if (ours === undefined || theirs === undefined) return ''
  const most = Math.max(ours, theirs), limit = limitFigure && value('limit', limitFigure)
  const show = amount => `${short(amount / scale)} ${unit}`
  return text('label', layout.left - 12, y + layout.thick + 5, label)
    + bar('ours', y, ours, most, show(ours)) + bar('theirs', y + layout.thick + 2, theirs, most, show(theirs))
    + (limit && limit <= most ? mark(y, limit, most) : '')
    + text('ratio', layout.width - layout.margin, y + layout.thick + 5, `${(theirs / ours).toPrecision(2)}\u00d7`)
}

function picture() {
  const { width, margin } = layout
  let y = 100, body = ''
  for (const [heading, unit, scale, rows] of groups) {
    const drawn = []
    let at = y + 18
    for (const one of rows) {
      const svg = row(at, one, unit, scale)
      if (!svg) continue
      drawn.push(svg)
      at += layout.row
    }
    if (!drawn.length) continue
    body += text('heading', margin, y, heading) + '\n' + drawn.join('\n') + '\n'
    y = at + 26
  }
  const { cpu, cores } = measured.machine
  const name = gateway => `${gateway} ${/\d+(\.\d+)+/.exec(measured.versions[gateway])?.[0] ?? ''}`.trim()
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 24}" role="img"
  aria-label="${escape(`CPU time and memory of ${subject}, compared with ${reference}`)}">
<style>
svg { font: 13px system-ui, sans-serif; --page: #ffffff; --line: #e3e5ee; --text: #1b1d29; --soft: #5d6175; --ours: #4f46e5; --theirs: #b9bdcd; --limit: #b45309 }
@media (prefers-color-scheme: dark) { svg { --page: #171923; --line: #2a2d3d; --text: #eceef8; --soft: #a2a7bd; --ours: #a5b4fc; --theirs: #4d5168; --limit: #fbbf24 } }
.page { fill: var(--page); stroke: var(--line) } text { fill: var(--text) } .title { font-size: 18px; font-weight: 600 }
.heading { font-weight: 600 } .label { text-anchor: end } .value, .small { fill: var(--soft); font-size: 11px }
.ratio { text-anchor: end; font-weight: 600 } .ours { fill: var(--ours) } .theirs { fill: var(--theirs) }
.limit { stroke: var(--limit); stroke-width: 2 }
</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${y + 23}" rx="10"/>
${text('title', margin, 38, `What it costs: ${subject} and ${reference}`)}
<rect class="ours" x="${margin}" y="54" width="12" height="12" rx="2"/>${text('small', margin + 18, 64, name(subject))}
<rect class="theirs" x="${margin + 160}" y="54" width="12" height="12" rx="2"/>${text('small', margin + 178, 64, name(reference))}
<line class="limit" x1="${margin + 310}" x2="${margin + 310}" y1="52" y2="68"/>${
  text('small', margin + 318, 64, 'a server that only sends ready frames (in bursts: 16 at a time)')}
${body}${text('small', margin, y + 4, `Medians of ${measured.rounds} rounds, ${measured.date}; ${cores} cores, ${cpu}; shorter is better.`)}
</svg>
`
}

writeFileSync(to, picture())
