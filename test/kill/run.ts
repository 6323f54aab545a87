/**
 * `npm run kill -- [--kills N] [--seed S]` kills two node processes at random moments of imports,
 * replication, reindexing, scrubs, prunings, backups and starts, at least N times, and checks after
 * each kill that both stores verify, backups are whole and nothing acknowledged is gone; in the end
 * both are equal. Then a tenth as many kills of stores that are brought to this format. Exit status
 * 1 when something did not hold, 2 for what it does not understand.
 */
import { parseArgs } from 'node:util'
import { scratch } from '../support/mulu.ts'
import { killAgainAndAgain } from './killing.ts'
import { killMigrations } from './migrating.ts'

const OPTIONS = {
  kills: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
} as const
/** Two kills each, and two more in every sixth. */
const KILLS_A_CYCLE = 2.3
const KILLS_A_MIGRATION = 30
const PROGRESS_EVERY = 10

function wholeNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`--${name} takes a whole number from 1`)
  return Number(text)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  const wanted = wholeNumber(values.kills, 'kills')
  const seed = wholeNumber(values.seed, 'seed')
  const place = await scratch()
  let cycle = 0
  try {
    const { kills, cut, cutBackups } = await killAgainAndAgain(place.dir, {
      cycles: Math.ceil(wanted / KILLS_A_CYCLE),
      seed,
      onCycle: (done) => {
        cycle += 1
        if (cycle % PROGRESS_EVERY === 0)
          print(`${done.kills} kills; broken off: ${done.cut} imports, ${done.cutBackups} backups`)
      },
    })
    print(`${kills} kills from seed ${seed}: nothing lost, stores equal`)
    print(`  broken off: ${cut} imports, ${cutBackups} backups`)
    const stores = Math.ceil(wanted / KILLS_A_MIGRATION)
    const migrated = await killMigrations(place.dir, { stores, seed })
    print(`${migrated.kills} kills of ${stores} migrations: every store came to what it was`)
    print(`  left in the older format by ${migrated.unfinished} of the kills`)
    await place.remove()
  } catch (error) {
    print(`after ${cycle} cycles: ${error instanceof Error ? error.stack : String(error)}`)
    print(`the stores are in ${place.dir}`)
    process.exitCode = 1
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
