/** What one peer's run took, in milliseconds. */
export type Timing = { readonly importMs: number; readonly replicateMs: number }

/** The line of one peer. */
export function timingLine(peer: string, records: number, timing: Timing): string {
  const { importMs, replicateMs } = timing
  const totalMs = importMs + replicateMs
  const rate = Math.round((records * 1_000) / totalMs).toLocaleString('en')
  return [
    `${peer.padEnd(10)}import ${seconds(importMs)}`,
    `replicate ${seconds(replicateMs)}`,
    `total ${seconds(totalMs)}`,
    `${rate} records/s`,
  ].join(' · ')
}

/** The last line: how many times as long the other one takes. */
export function ratioLine(mulu: Timing, pouchdb: Timing): string {
  const importing = pouchdb.importMs / mulu.importMs
  const replicating = pouchdb.replicateMs / mulu.replicateMs
  const total = (pouchdb.importMs + pouchdb.replicateMs) / (mulu.importMs + mulu.replicateMs)
  const [a, b, c] = [importing, replicating, total].map((ratio) => ratio.toFixed(2))
  return `${'ratio'.padEnd(10)}pouchdb / mulu: import ${a} · replicate ${b} · total ${c}`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
