/** erase, erasures: what a lawful order has destroyed, and which nodes have done so. */
import { createInterface } from 'node:readline/promises'
import type { JsonValue } from '@mulu/registry-core'
import type { Command } from 'commander'
import type { Erased } from '../federation/erase.ts'
import type { ErasureStatus } from '../status/erasures.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson, say, startProgress } from './output.ts'

type Done = (status: ExitStatus) => void
type Dir = { readonly dir: string; readonly json?: boolean }
type EraseArguments = Dir & {
  readonly order: string
  readonly value?: string
  readonly lacked?: boolean
  readonly yes?: boolean
}

/** `mulu erase` */
export function addErase(program: Command, done: Done): void {
  program
    .command('erase')
    .description('destroy a field of a record on every node, by a lawful order')
    .argument('<record>', 'namespace/kind/local')
    .argument(
      '<field>',
      'path of the field, such as contact/phone; @note for reasons and names noted with changes',
    )
    .requiredOption('--dir <dir>', 'data folder of the node')
    .requiredOption('--order <reference>', 'reference of the order; it stays, so nothing personal')
    .option('--value <value>', 'what the field says from now on, as JSON or text')
    .option(
      '--lacked',
      'erase what counts and no node has any more as well, also of other fields of this class',
    )
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action(async (record: string, field: string, options: EraseArguments) => {
      const { dir, order, value, lacked = false, json } = options
      if (options.yes !== true && !(await isConfirmed(record, field))) {
        say('Nothing was erased. --yes erases without asking.')
        done(1)
        return
      }
      await using operations = await openOperations(dir)
      const progress = startProgress('records indexed')
      const wanted = {
        record,
        field,
        order,
        lacked,
        ...(value === undefined ? {} : { value: read(value) }),
      }
      const erased = await operations.erase(wanted, progress.update).finally(progress.stop)
      if (json === true) printJson(erased)
      else printErased(erased)
      done(0)
    })
}

/** Asks for the word on a terminal; without one nobody can have meant it. */
async function isConfirmed(record: string, field: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  say(`All values of ${field} in ${record}, present and past, are destroyed on every node.`)
  say('No backup and no node can bring them back.')
  const answer = await asking.question('Type "erase" to go on: ')
  asking.close()
  return answer.trim() === 'erase'
}

/** JSON where it is JSON, else the text itself. */
function read(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    // Text without quotes is what people type.
    return text
  }
}

function printErased({ bodies, rewritten, snapshot, destroyedHere, orders }: Erased): void {
  print(`erased: ${bodies} bodies, ${rewritten} values beside them written anew`)
  for (const id of orders) print(`  order ${id}`)
  print(`  ${destroyedHere ? 'destroyed' : 'not yet destroyed'} in the files of this node`)
  if (snapshot === null) {
    print('  other agencies destroy it once it is settled, which needs witnesses in the roster and')
    print(
      '  every value that counts (mulu roster propose --witness, mulu status): then mulu snapshot',
    )
  } else
    print('  other agencies destroy it once witnesses have settled the snapshot: mulu erasures')
}

/** `mulu erasures` */
export function addErasures(program: Command, done: Done): void {
  program
    .command('erasures')
    .description('orders of erasure, and which nodes have carried them out')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
    .action(async ({ dir, json }: Dir) => {
      await using operations = await openOperations(dir)
      const erasures = await operations.erasures()
      if (json === true) printJson(erasures)
      else for (const erasure of erasures) printErasure(erasure)
      if (json !== true && erasures.length === 0) print('no orders')
      done(0)
    })
}

function printErasure(erasure: ErasureStatus): void {
  const { order, records, atMs, counts, settled, nodes } = erasure
  const state = counts ? (settled ? 'settled' : 'not settled') : 'does not count'
  print(`${order} of ${new Date(atMs).toISOString()}: ${records.join(', ')} (${state})`)
  for (const { client, name, state: done } of nodes) {
    print(`  ${done.padEnd(11)} node ${client} ${Object.values(name).join(' / ')}`)
  }
}
