/** From a draft of orders to orders that count: signed here and taken in, or written for elsewhere. */
import { writeFile } from 'node:fs/promises'
import {
  ERRORS,
  encodeOrders,
  MuluError,
  parseOrderDraft,
  readOrderDraft,
} from '@mulu/registry-core'
import { readEnvironment } from '../config.ts'
import { createCrypto } from '../crypto.ts'
import { signDraft } from '../federation/administrator-signing.ts'
import type { OrderTaken } from '../federation/agency-orders.ts'
import { describeDraft } from '../federation/describe-orders.ts'
import type { Operations } from '../operations/operations.ts'
import type { ExitStatus } from './cli.ts'
import { print, printJson, say } from './output.ts'
import { passphrases } from './passphrase.ts'

/** Whose key signs the orders, and where; exactly one of the two is said. */
export type OrderDestination = {
  readonly dir: string
  /** The administrator key, where it is at hand. */
  readonly agencyKey?: string
  /** The file for whoever has it elsewhere. */
  readonly draft?: string
  readonly again?: boolean
  /** Whether standard output is for JSON; what is told then goes to standard error. */
  readonly json?: boolean
}

/** Whether a command is to end in orders of an agency; MULU_USAGE when it is said twice. */
export function isByAgency({ agencyKey, draft }: Omit<OrderDestination, 'dir'>): boolean {
  if (agencyKey !== undefined && draft !== undefined) {
    const reason = 'Say either --agency-key, to sign here, or --draft, to sign elsewhere.'
    throw new MuluError('MULU_USAGE', { details: { reason } })
  }
  return agencyKey !== undefined || draft !== undefined
}

/** Writes the draft into its file, or signs it here and takes the orders in. */
export async function settleDraft(
  operations: Operations,
  text: string,
  { dir, agencyKey, draft, again = false, json = false }: OrderDestination,
): Promise<readonly OrderTaken[]> {
  const tell = json ? say : print
  printDraft(text, tell)
  if (agencyKey === undefined) {
    const file = draft ?? 'order-draft.json'
    await writeFile(file, text)
    tell(`Draft: ${file}`)
    tell('  where the key is: mulu order sign FILE --key AGENCY.key --out SIGNED')
    tell(`  then, at any node: mulu order take SIGNED --dir ${dir}`)
    return []
  }
  const signed = await signDraft(parseOrderDraft(text), agencyKey, passphrases(), again)
  return operations.takeOrders(encodeOrders(signed))
}

/** What a draft says, in plain words. */
export function printDraft(text: string, tell: (line: string) => void = print): void {
  const read = readOrderDraft(createCrypto(), parseOrderDraft(text))
  for (const line of describeDraft(read, readEnvironment().language)) tell(line)
}

/** What became of orders, one a line or as JSON; 1 unless all of them count. */
export function printTaken(taken: readonly OrderTaken[], json = false): ExitStatus {
  if (json) printJson({ items: taken })
  for (const code of new Set(taken.map((each) => each.code))) sayWhy(code)
  for (const { number, kind, code } of taken) {
    const name = number === null ? 'bytes that are no order' : `order ${number}`
    const what = kind === 'new' ? 'taken' : kind === 'known' ? 'known already' : 'refused'
    if (!json) print(`${name}: ${what}${code === null ? '' : `, does not count: ${code}`}`)
  }
  return statusOf(taken)
}

const NUMBER_HINT =
  'Sign again under a free number: --number. Two administrators have to divide the numbers; if one ' +
  'of the orders is nobody’s, the key is stolen, and the root holders end it.'

function sayWhy(code: string | null): void {
  const known = Object.entries(ERRORS).find(([each]) => each === code)
  if (known === undefined) return
  say(`${known[0]}: ${known[1].message}`)
  if (code === 'MULU_ORDER_NUMBER') say(`  hint: ${NUMBER_HINT}`)
}

/** 0 when all of these orders count. */
export function statusOf(taken: readonly OrderTaken[]): ExitStatus {
  return taken.every(({ code }) => code === null) ? 0 : 1
}
