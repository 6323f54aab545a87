/** What `mulu backup` says of a folder of backups. */

import { join } from 'node:path'
import type { Added, NewBecause } from '../backup/add-part.ts'
import type { Chain } from '../backup/chain.ts'
import type { Rehearsed } from '../backup/rehearse.ts'
import { chainsToDestroy } from '../backup/tidy.ts'
import { print, printError, printJson, say } from './output.ts'

/** What was done, and what the folder holds now. */
export type AddedReport = {
  readonly added: Added
  readonly ms: number
  readonly verified: Rehearsed | undefined
  readonly chains: readonly Chain[]
  readonly removed: readonly Chain[]
}

const BECAUSE: Readonly<Record<NewBecause, string>> = {
  first: 'the folder held none',
  asked: 'as asked',
  damaged: 'the chain before is not whole any more',
  encryption: 'the chain before is not encrypted',
  grown: 'the parts of the chain before had grown larger than its beginning',
  unreadable: 'the part before does not say, under a key of the roster, what it holds',
  store: 'the part before is of another store, or too long ago',
  behind:
    'the part before holds what is not here: this store was put back, or follows another roster',
  erased: 'lawful orders have been carried out; what they erased stands in the chain before',
  'put back': 'values were fetched again that the chain before lacks',
}

/** Prints a report. */
export function printAdded(report: AddedReport, isJson: boolean): void {
  const { added, ms, verified, chains, removed } = report
  const { part, before, whole } = added
  const chain = chains.find(({ dir }) => dir === added.chain)
  const condemned = chainsToDestroy(chains)
  if (isJson) {
    printJson({
      ...{ chain: added.chain, part: part?.part ?? null },
      file: part === undefined ? null : join(added.chain, part.file),
      ...{ bytes: part?.bytes ?? 0, commits: part?.commits ?? 0, whole: whole ?? null },
      ...{ since: before?.made ?? null, ms, verified: verified ?? null },
      ...{ chainParts: chain?.parts.length ?? 0, chainBytes: bytesOf(chain) },
      toDestroy: condemned.map(({ dir }) => dir),
      removed: removed.map(({ dir }) => dir),
      faults: chains.flatMap(({ fault }) => (fault === undefined ? [] : [fault.details])),
    })
    return
  }
  for (const line of addedLines(added, ms)) print(line)
  print(`  ${partsText(chain)} in ${added.chain}: keep all of its files together,`)
  print('  and a copy of the folder on another machine')
  if (verified !== undefined) print(rehearsedLine(added.chain, verified))
  for (const { dir } of removed) print(`removed: ${dir}`)
  for (const line of destroyLines(condemned)) say(line)
  for (const { fault } of chains) if (fault !== undefined) printError(fault)
}

function addedLines({ chain, part, before, whole }: Added, ms: number): readonly string[] {
  const seconds = `${(ms / 1_000).toFixed(1)} s`
  if (part === undefined) return [`nothing new since ${before?.made ?? ''}, ${seconds}`]
  const { file, commits, bytes } = part
  const what = before === undefined ? 'everything' : `what is new since ${before.made}`
  const size = `${commits} commits, ${sizeText(bytes)}, ${seconds}`
  const line = `${join(chain, file)}: ${what}, ${size}, without keys`
  return whole === undefined ? [line] : [line, `  a new chain: ${BECAUSE[whole]}`]
}

/** A line on a chain that was restored on trial. */
export function rehearsedLine(dir: string, rehearsed: Rehearsed): string {
  const { parts, commits, records, digest } = rehearsed
  const what = `${parts} ${parts === 1 ? 'part' : 'parts'}, ${commits} commits`
  return `${dir} restores: ${what}, ${records} records, digest ${digest}`
}

/** The chains of a folder, the oldest first. */
export function listLines(
  chains: readonly Chain[],
  condemned: readonly Chain[],
): readonly string[] {
  const lines = chains.flatMap((chain) => {
    const { dir, parts } = chain
    const [first, last] = [parts[0], parts.at(-1)]
    const encrypted = first?.encrypted === true ? ', encrypted' : ''
    return [
      `${dir}: ${partsText(chain)}${encrypted}, from ${first?.made ?? '?'} to ${last?.made ?? '?'}`,
      ...parts.map(({ part, made, commits, bytes }) => {
        return `  part ${part}  ${made}  ${commits} commits  ${sizeText(bytes)}`
      }),
    ]
  })
  return [...lines, ...destroyLines(condemned)]
}

function destroyLines(condemned: readonly Chain[]): readonly string[] {
  return condemned.flatMap(({ dir }) => [
    `DESTROY ${dir} and every copy of it: it holds what lawful orders have erased.`,
    '  --keep 1 removes it here; copies elsewhere are for you to find.',
  ])
}

function partsText(chain: Chain | undefined): string {
  const count = chain?.parts.length ?? 0
  return `${count} ${count === 1 ? 'part' : 'parts'}, ${sizeText(bytesOf(chain))}`
}

function bytesOf(chain: Chain | undefined): number {
  return (chain?.parts ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
}

const KILO = 1_000

function sizeText(bytes: number): string {
  if (bytes < KILO) return `${bytes} bytes`
  if (bytes < KILO * KILO) return `${(bytes / KILO).toFixed(1)} kB`
  return `${(bytes / KILO / KILO).toFixed(1)} MB`
}
