// Medians of what the runs have measured, as a table and, if asked for, as JSON.
//   node report.mjs RESULTS.jsonl VERSIONS.tsv [--quick] [--json FILE]
// Ends with 1 if a run has failed.
import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'

const [resultsFile, versionsFile, ...options] = process.argv.slice(2)
const lines = file => readFileSync(file, 'utf8').split('\n').filter(Boolean)
const runs = lines(resultsFile).map(line => JSON.parse(line))
const versions = lines(versionsFile).map(line => line.split('\t'))
const gateways = [...versions.map(([name]) => name), 'limit'].filter(name => runs.some(run => run.gateway === name))
const reference = gateways.includes('resgate') ? 'resgate' : gateways.filter(name => name !== 'limit').at(-1)

const median = values => {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

// { scenario: { figure: { gateway: { median, values } } } }, of the runs that count
const figures = {}
for (const run of runs) {
  if (run.failure) continue
  for (const [figure, value] of Object.entries(run.figures)) {
    const of = ((figures[run.scenario] ??= {})[figure] ??= {})
    ;(of[run.gateway] ??= { median: 0, values: [] }).values.push(value)
  }
}
for (const scenario of Object.values(figures)) {
  for (const figure of Object.values(scenario)) {
    for (const one of Object.values(figure)) one.median = median(one.values)
  }
}
const failures = runs.filter(run => run.failure).map(({ gateway, scenario, failure }) => ({ gateway, scenario, failure }))
const notes = {}
for (const run of runs) if (run.notes.length) notes[run.scenario] = run.notes

// ---- The table

const units = [['.per_s', '/s', 1], ['_us', 'us', 1], ['_ms', 'ms', 1], ['_bytes', 'KB', 1000]]
const unitOf = figure => units.find(([end]) => figure.endsWith(end)) ?? ['', '', 1]
const isRate = figure => figure.endsWith('.per_s')

const short = value => Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

function label(figure) {
  return figure
    .replace(/\.cpu_us$/, ' CPU').replace(/\.per_s$/, ' rate').replace(/\.p(50|99)_us$/, ' p$1').replace(/\.p999_us$/, ' p99.9')
    .replace(/(_us|_ms|_bytes)$/, '').replaceAll('_', ' ')
}

/** How much better than the reference: 2 is half the cost, or twice the rate. */
function ratio(figure, one, other) {
  if (!one || !other || one.median <= 0 || other.median <= 0) return ''
  const value = isRate(figure) ? one.median / other.median : other.median / one.median
  return value.toPrecision(value < 10 ? 2 : 3) + 'x'
}

function table() {
  const compared = gateways.filter(name => name !== reference && name !== 'limit')
  const head = ['', 'unit', ...gateways, ...(compared.length ? compared.map(name => `${name}:${reference}`) : [])]
  const rows = []
  for (const [scenario, of] of Object.entries(figures)) {
    rows.push([`${scenario} (${(notes[scenario] ?? []).join('; ')})`.replace(' ()', '')])
    for (const [figure, values] of Object.entries(of)) {
      if (figure.endsWith('.load_us')) continue
      const [, unit, scale] = unitOf(figure)
      rows.push(['  ' + label(figure), unit,
        ...gateways.map(name => values[name] ? short(values[name].median / scale) : ''),
        ...compared.map(name => ratio(figure, values[name], values[reference]))])
    }
  }
  const widths = head.map((_, i) => Math.max(...[head, ...rows].filter(row => row.length > 1).map(row => row[i].length)))
  const line = row => row.length === 1 ? '\n' + row[0] :
    row.map((cell, i) => i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2)).join(' ').trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

console.log('\nMedians. CPU: microseconds of the gateway for each piece of work; a ratio above 1 is better than '
  + reference + '.\n')
console.log(table())
for (const { gateway, scenario, failure } of failures) console.log(`\nFAILED: ${scenario} with ${gateway}: ${failure}`)

const at = options.indexOf('--json')
if (at >= 0) {
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, kernel: os.release() }
  const rounds = Math.max(...gateways.map(name => runs.filter(r => r.gateway === name && r.scenario === runs[0].scenario).length))
  const result = { date: new Date().toISOString().slice(0, 10), machine, rounds, quick: options.includes('--quick'),
    versions: Object.fromEntries(versions), reference, notes, figures, failures }
  writeFileSync(options[at + 1], JSON.stringify(result, null, 1) + '\n')
}
process.exitCode = failures.length ? 1 : 0
