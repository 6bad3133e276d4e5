// A line of the last values as a small SVG, the newest at its right edge.
const svg = 'http://www.w3.org/2000/svg'
const points = 60
const width = 120
const height = 28

export class Chart {
  /** `label` says what it shows to those who cannot see it; `format` writes a value. */
  constructor(label, format) {
    this.label = label
    this.format = format
    this.values = []
    this.root = document.createElementNS(svg, 'svg')
    this.root.setAttribute('viewBox', `0 0 ${width} ${height}`)
    this.root.setAttribute('class', 'chart')
    this.root.setAttribute('role', 'img')
    this.area = this.path('area')
    this.line = this.path('line')
  }

  path(className) {
    const path = this.root.appendChild(document.createElementNS(svg, 'path'))
    path.setAttribute('class', className)
    return path
  }

  add(value) {
    this.values.push(value)
    if (this.values.length > points) this.values.shift()
    this.draw()
  }

  draw() {
    const most = Math.max(...this.values, 1)
    const step = width / (points - 1)
    const first = width - (this.values.length - 1) * step
    const at = this.values.map((value, i) =>
      `${(first + i * step).toFixed(1)} ${(height - 1 - (height - 3) * value / most).toFixed(1)}`)
    this.line.setAttribute('d', `M${at.join('L')}`)
    this.area.setAttribute('d', `M${first.toFixed(1)} ${height}L${at.join('L')}L${width} ${height}Z`)
    const now = this.values.at(-1)
    this.root.setAttribute('aria-label', `${this.label}: ${this.format(now)} now, ${this.format(most)} at most`)
  }
}
