/** What cannot be taken back is told before anything is signed. */
import {
  hashToText,
  keyToText,
  parseProposal,
  type RosterChange,
  readOrder,
  readProposal,
} from '@mulu/registry-core'
import { readEnvironment } from '../config.ts'
import { createCrypto } from '../crypto.ts'
import { describeProposal } from '../federation/describe-roster.ts'
import type { Operations } from '../operations/operations.ts'
import { orderLine } from './order-line.ts'
import { print } from './output.ts'

type End = Extract<RosterChange, { type: 'administrator' }>

/**
 * Prints a proposal that raises the rules or ends administrator keys: of those the orders that
 * would stand, and those known here that would not.
 */
export async function printBeforeSigning(operations: Operations, text: string): Promise<void> {
  const read = readProposal(createCrypto(), parseProposal(text))
  const { changes } = read.draft
  const ends = changes.filter((change): change is End => change.type === 'administrator')
  if (ends.length === 0 && !changes.some(({ type }) => type === 'rules')) return
  for (const line of describeProposal(read, readEnvironment().language)) print(line)
  const standing = new Set(
    ends.flatMap(({ stand }) =>
      stand.map((bytes) => hashToText(readOrder(createCrypto(), bytes).id)),
    ),
  )
  const keys = new Set(ends.map(({ key }) => keyToText(key)))
  const { items } = await operations.orders()
  const others = items.filter(({ key, id }) => keys.has(key) && !standing.has(id))
  if (others.length === 0) return
  print('Known here, and would not stand:')
  for (const item of others) print(`  ${orderLine(item)}`)
}
