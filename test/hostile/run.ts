/**
 * Plays the federation of five with one hostile node for some minutes and says how it ended. Exit
 * status 1 when an honest record is missing anywhere, or something else is there.
 *
 *   npm run hostile -- [--minutes 5] [--flood 200]
 */
import { parseArgs } from 'node:util'
import { playHostility } from './scenario.ts'
import { conductOf } from './watching.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, flood: { type: 'string', default: '200' } },
})
const endMs = Date.now() + Number(values.minutes) * 60_000
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const { stage, offender, honestIds, digest, rounds, ...times } = await playHostility({
  isOver: () => Date.now() >= endMs,
  flood: Number(values.flood),
  records: 5,
  onRound: (round, told) => say(`round ${round + 1}: ${told}`),
})
try {
  let isRight = true
  for (const node of stage.nodes) {
    const text = await (await node.ask('/api/v1/export')).text()
    const ids = [...text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id ?? '')
    const missing = honestIds.filter((id) => !ids.includes(id)).length
    const foreign = ids.filter((id) => !honestIds.includes(id)).length
    isRight &&= missing === 0 && foreign === 0
    say(`${node.name}: ${ids.length} records, ${missing} missing, ${foreign} foreign`)
    say(`  ${JSON.stringify(await conductOf(node, offender.client))}`)
  }
  say(`${rounds} rounds, digest ${digest}`)
  const [quiet, attacked] = [median(times.quietMs), median(times.attackedMs)]
  say(
    `a record from one node to the next: ${quiet.toFixed(0)} ms quiet, ${attacked.toFixed(0)} ms under attack, ratio ${(attacked / quiet).toFixed(2)}`,
  )
  say(`the closing took ${Math.round(times.closingMs / 1_000)} s on all four nodes`)
  say(
    `heap ${Math.round(process.memoryUsage().heapUsed / 1_048_576)} MB for all five in one process`,
  )
  process.exitCode = isRight ? 0 : 1
} finally {
  await stage.close()
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
