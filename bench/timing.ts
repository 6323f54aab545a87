/** What a piece of work took: wall time, and time of processors in the process that did it. */
export type Took = { readonly ms: number; readonly cpuMs: number }

/** What one peer's run took. */
export type Timing = { readonly importing: Took; readonly replicating: Took }

/** What taking in all commits took, and what of it verifying and the gate take by themselves. */
export type TrustTiming = {
  readonly verifying: Took
  readonly gating: Took
  readonly signing: Took
  readonly receiving: Took
}

/** The share of trust in the receive path, in processor time. */
export function trustLine({ verifying, gating, signing, receiving }: TrustTiming): string {
  const parts = [verifying, gating, signing].map(({ cpuMs }) => cpuMs)
  const [verify, gate, sign] = parts.map(seconds)
  const share = (parts.reduce((sum, ms) => sum + ms, 0) / receiving.cpuMs).toFixed(2)
  const names = `verify ${verify} · gate ${gate} · sign ${sign}`
  return `${'trust'.padEnd(10)}${names} · together ${share} of receiving (cpu ${seconds(receiving.cpuMs)})`
}

/** The line of one peer. */
export function timingLine(peer: string, records: number, timing: Timing): string {
  const { importing, replicating } = timing
  const totalMs = totalOf(timing)
  const rate = Math.round((records * 1_000) / totalMs).toLocaleString('en')
  return [
    `${peer.padEnd(10)}import ${took(importing)}`,
    `replicate ${took(replicating)}`,
    `total ${seconds(totalMs)}`,
    `${rate} records/s`,
  ].join(' · ')
}

/** The last line: how many times as long the other one takes. */
export function ratioLine(mulu: Timing, pouchdb: Timing): string {
  const importing = pouchdb.importing.ms / mulu.importing.ms
  const replicating = pouchdb.replicating.ms / mulu.replicating.ms
  const total = totalOf(pouchdb) / totalOf(mulu)
  const [a, b, c] = [importing, replicating, total].map((ratio) => ratio.toFixed(2))
  return `${'ratio'.padEnd(10)}pouchdb / mulu: import ${a} · replicate ${b} · total ${c}`
}

function totalOf({ importing, replicating }: Timing): number {
  return importing.ms + replicating.ms
}

function took({ ms, cpuMs }: Took): string {
  return `${seconds(ms)} (cpu ${seconds(cpuMs)})`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
