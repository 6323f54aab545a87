/** order sign, show, take, list: what agencies order with their administrator keys. */
import { readFile, writeFile } from 'node:fs/promises'
import { encodeOrders, MuluError, parseOrderDraft } from '@mulu/registry-core'
import type { Command } from 'commander'
import { readEnvironment } from '../config.ts'
import { signDraft } from '../federation/administrator-signing.ts'
import { labelOf } from '../federation/agency-names.ts'
import type { OrderList } from '../status/orders.ts'
import type { ExitStatus } from './cli.ts'
import { confirm } from './confirm.ts'
import { openOperations } from './open-operations.ts'
import { orderLine } from './order-line.ts'
import { print, printJson } from './output.ts'
import { passphrases } from './passphrase.ts'
import { printDraft, printTaken } from './sign-order.ts'

type Done = (status: ExitStatus) => void

/** `mulu order` */
export function addOrder(program: Command, done: Done): void {
  const order = program
    .command('order')
    .description('orders of an agency, signed with its administrator key')
  addSign(order, done)
  addShow(order, done)
  addTake(order, done)
  addList(order, done)
}

type SignOptions = {
  readonly key: string
  readonly out: string
  readonly yes?: boolean
  readonly again?: boolean
}

function addSign(order: Command, done: Done): void {
  order
    .command('sign')
    .description('sign a draft with the administrator key; needs no network and no node')
    .argument('<file>', 'draft, of `mulu admit --draft` or `mulu key revoke --draft`')
    .requiredOption('--key <file>', 'file of the administrator key')
    .option('--out <file>', 'signed orders', 'orders.json')
    .option('--yes', 'sign without showing the question; for scripts')
    .option('--again', 'sign although the key has signed another order of this number')
    .action(async (file: string, { key, out, yes, again }: SignOptions) => {
      const text = await readText(file)
      printDraft(text)
      if (yes !== true && !(await confirm())) {
        print('Nothing was signed.')
        done(1)
        return
      }
      const signed = await signDraft(parseOrderDraft(text), key, passphrases(), again ?? false)
      await writeFile(out, encodeOrders(signed))
      print(`Signed: ${out}`)
      done(0)
    })
}

function addShow(order: Command, done: Done): void {
  order
    .command('show')
    .description('say in plain words what a draft would order')
    .argument('<file>', 'draft')
    .action(async (file: string) => {
      printDraft(await readText(file))
      done(0)
    })
}

function addTake(order: Command, done: Done): void {
  order
    .command('take')
    .description('take signed orders in, at any node; it passes them on')
    .argument('<files...>', 'signed orders')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
    .action(async (files: readonly string[], options: ListOptions) => {
      const texts = await Promise.all(files.map(readText))
      await using operations = await openOperations(options.dir)
      const taken = (await Promise.all(texts.map(operations.takeOrders))).flat()
      done(printTaken(taken, options.json))
    })
}

type ListOptions = { readonly dir: string; readonly json?: boolean }

function addList(order: Command, done: Done): void {
  order
    .command('list')
    .description('list administrator keys, their orders, and why one does not count')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
    .action(async ({ dir, json }: ListOptions) => {
      await using operations = await openOperations(dir)
      const listed = await operations.orders()
      if (json === true) printJson(listed)
      else printList(listed)
      done(0)
    })
}

function printList({ keys, items }: OrderList): void {
  if (keys.length === 0) print('No agency has an administrator key.')
  for (const { agency, key, from, ended } of keys) {
    const until = ended === null ? '' : `, ended by roster ${ended}`
    const name = labelOf(agency.name, readEnvironment().language)
    print(`${name} (${agency.code}), key ${key}, named by roster ${from}${until}`)
    const own = items.filter((item) => item.key === key)
    if (own.length === 0) print('  no orders')
    for (const item of own) print(`  ${orderLine(item)}`)
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_ORDER_SHAPE', { cause, details: { file, reason } })
  }
}
