// How numbers are written. What is not there is empty.
const plain = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1, notation: 'compact' })

export const count = number => number === undefined ? '' : plain.format(number)
export const rate = number => number === undefined ? '' : short.format(number)

export function bytes(number) {
  if (number === undefined) return ''
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let i = 0
  while (number >= 1000 && i < units.length - 1) {
    number /= 1000
    ++i
  }
  return `${number < 10 && i > 0 ? number.toFixed(1) : Math.round(number)} ${units[i]}`
}

export function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`
}
