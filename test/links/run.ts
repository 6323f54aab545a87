/**
 * `npm run links -- --changes N --minutes M`: what an office receives that has missed N changes, how
 * long it takes over 2 Mbit/s and 600 ms, and what an idle pair then exchanges in M minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { scratch } from '../support/mulu.ts'
import { whyNoHosts } from './namespaces.ts'
import { Offices } from './office.ts'

const FAST = { kbit: 100_000, delayMs: 1 }
const LINE = { kbit: 2_000, delayMs: 300 }
const RECORDS = 2_000
/** After this time nothing of the catching up is under way any more. */
const SETTLED_MS = 15_000

const options = {
  changes: { type: 'string', default: '10000' },
  minutes: { type: 'string', default: '5' },
} as const
const { values } = parseArgs({ options })
const [changes, minutes] = [Number(values.changes), Number(values.minutes)]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const why = await whyNoHosts()
if (why !== undefined) throw new Error(why)
const place = await scratch()
const offices = await Offices.found(place.dir)
try {
  await offices.write(RECORDS, RECORDS, 'first')
  await offices.start(FAST)
  await offices.untilLevel(120_000)
  await offices.stop()
  await offices.write(changes, RECORDS, 'missed')
  const packed = await offices.packedBytes(RECORDS)
  const before = await offices.office.carried()
  await offices.start(LINE)
  const tookMs = await offices.untilLevel(600_000)
  const after = await offices.office.carried()
  const received = after.toHost - before.toHost
  say(`level again ${(tookMs / 1_000).toFixed(1)} s after its start`)
  say(`${changes} commits packed ${packed} bytes, received ${received}`)
  say(`${(received / packed).toFixed(2)} times, sent ${after.fromHost - before.fromHost}`)
  await sleep(SETTLED_MS)
  const idle = await offices.office.carried()
  await sleep(minutes * 60_000)
  const end = await offices.office.carried()
  const perMinute = (bytes: number): string => (bytes / minutes).toFixed(0)
  const to = perMinute(end.toHost - idle.toHost)
  const from = perMinute(end.fromHost - idle.fromHost)
  say(`idle: ${to} bytes a minute to the office, ${from} from it, headers included`)
} finally {
  await offices.remove()
  await place.remove()
}
