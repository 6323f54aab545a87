/** evidence and verify: what stands in a node, shown to those who have none. */
import { readFile, stat } from 'node:fs/promises'
import { limits, MuluError, textToHash } from '@mulu/registry-core'
import type { Command } from 'commander'
import { checkFingerprint } from '../federation/fingerprint.ts'
import { writeWhole } from '../folder/write-file.ts'
import {
  type EvidenceReport,
  type EvidenceSnapshot,
  verifyEvidence,
} from '../operations/evidence.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson, say, startProgress } from './output.ts'

type Done = (status: ExitStatus) => void
/** Evidence is made to be handed on. */
const SHARED_MODE = 0o644

type EvidenceArguments = {
  readonly dir: string
  readonly out?: string
  readonly snapshot?: string
}

/** `mulu evidence` */
export function addEvidence(program: Command, done: Done): void {
  program
    .command('evidence')
    .description('a file with which anybody can check one record, or that there is none')
    .argument('<record>', 'id of the record, namespace/kind/local')
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--out <file>', 'file to write; else standard output')
    .option('--snapshot <id>', 'snapshot to prove it by, or the start of its id; else the newest')
    .action(async (record: string, { dir, out, snapshot }: EvidenceArguments) => {
      if (out === undefined && process.stdout.isTTY) {
        const reason = 'Evidence is no text. Name a file with --out.'
        throw new MuluError('MULU_USAGE', { details: { reason } })
      }
      await using operations = await openOperations(dir)
      const bytes = await operations.evidence(record, snapshot)
      if (out === undefined) process.stdout.write(bytes)
      else {
        await writeWhole(out, bytes, SHARED_MODE)
        say(`${out}: ${bytes.length} bytes. Anybody checks it with: mulu verify ${out}`)
      }
      done(0)
    })
}

type VerifyArguments = {
  readonly dir?: string
  readonly json?: boolean
  readonly fingerprint?: string
}

/** `mulu verify` */
export function addVerify(program: Command, done: Done): void {
  program
    .command('verify')
    .description('re-check everything in a node from its logs, or a file of evidence')
    .argument('[file]', 'file of evidence; needs no node')
    .option('--dir <dir>', 'data folder of the node')
    .option('--fingerprint <words>', 'the federation that the file has to be of')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: VerifyArguments) => {
      if ((file === undefined) === (options.dir === undefined)) {
        const reason = 'Give either a file of evidence or --dir with a data folder.'
        throw new MuluError('MULU_USAGE', { details: { reason } })
      }
      if (file !== undefined) done(await verifyFile(file, options))
      else done(await verifyFolder(options.dir ?? '', options.json === true))
    })
}

async function verifyFolder(dir: string, asJson: boolean): Promise<ExitStatus> {
  await using operations = await openOperations(dir)
  const progress = startProgress('commits')
  const result = await operations.verify(progress.update).finally(progress.stop)
  if (asJson) printJson(result)
  else {
    for (const { what, where } of result.problems) say(`${what}: ${where}`)
    print(`${result.ok ? 'verified' : 'NOT verified'}: ${result.commits} commits,`)
    print(`  ${result.records} records, digest ${result.digest}`)
    for (const { agency, records, indexed } of result.index) {
      print(`  agency ${agency}: ${records} records indexed, digest ${indexed}`)
    }
  }
  return result.ok ? 0 : 1
}

async function verifyFile(file: string, options: VerifyArguments): Promise<ExitStatus> {
  const bytes = await readEvidence(file)
  const progress = startProgress('commits')
  const report = await verifyEvidence(bytes, progress.update).finally(progress.stop)
  if (options.fingerprint !== undefined) {
    const fed = textToHash(report.federation.id)
    if (fed !== undefined) checkFingerprint(fed, options.fingerprint)
  }
  if (options.json === true) printJson(report)
  else printReport(report, options.fingerprint !== undefined)
  return 0
}

async function readEvidence(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file)
    if (size > limits.EVIDENCE_BYTES_MAX) {
      const details = { bytes: size, limit: limits.EVIDENCE_BYTES_MAX }
      throw new MuluError('MULU_EVIDENCE_SIZE', { details })
    }
    return await readFile(file)
  } catch (cause) {
    if (cause instanceof MuluError) throw cause
    throw new MuluError('MULU_EVIDENCE_SHAPE', { cause, details: { file, reason: String(cause) } })
  }
}

function printReport(report: EvidenceReport, isCompared: boolean): void {
  const { federation, record, roster, fields, conflicts, history, upTo } = report
  print(`federation ${federation.name}`)
  print(`  first roster ${federation.id}`)
  print(`  ${federation.fingerprint.en}`)
  print(`  ${federation.fingerprint['zh-Hans']}`)
  print(`record ${record}, by roster ${roster.version}`)
  if (report.snapshot !== null) printSnapshot(report.snapshot)
  if (history.length === 0) print('  no commit of it is in this file')
  for (const { path, value, removed, at, ...signer } of fields) {
    print(`  ${path}: ${removed ? '(removed)' : JSON.stringify(value)}`)
    print(`    ${nameOf(signer.node)}, ${writerText(signer)}, ${at}`)
  }
  for (const path of conflicts) print(`  CONFLICT ${path}: several values hold together`)
  if (history.length > 0) print('history, newest first')
  for (const { at, seq, outcome, paths, notHeld, reason, ...signer } of history) {
    print(`  ${at} ${nameOf(signer.node)}, ${writerText(signer)}, commit ${seq}, ${outcome}`)
    const said = [...paths, ...(notHeld > 0 ? [`(${superseded(notHeld)}, not in this file)`] : [])]
    print(`    ${said.join(' ')}${reason === null ? '' : ` · ${reason}`}`)
  }
  if (upTo.length > 0) print('as far as these logs go in the file; what came later is not in it')
  for (const { log, seq, id } of upTo) print(`  log ${log}: commit ${seq}, ${id}`)
  print(`verified: ${report.commits} commits, every signature and hash holds`)
  if (report.notHeld > 0) {
    print(`  ${superseded(report.notHeld)} left out by who made the file; what stands is all there`)
  }
  if (!isCompared)
    print('  if the fingerprint above is that of the federation you mean: compare it')
}

function superseded(count: number): string {
  return `${count} superseded ${count === 1 ? 'value' : 'values'}`
}

function printSnapshot(snapshot: EvidenceSnapshot): void {
  const { id, at, by, witnessedBy, witnesses, threshold, found } = snapshot
  const was = found ? 'was' : 'was NOT'
  print(`  ${was} in the catalogue of ${at}, as signed by ${signerText(by)}`)
  if (found) print(`    ${stateText(snapshot)}`)
  print(`    witnessed by ${witnessedBy.map(signerText).join('; ')}`)
  print(`    ${witnessedBy.length} of ${witnesses} witnesses; ${threshold} had to agree`)
  print(`    snapshot ${id}`)
}

function stateText({ state, asAfter }: EvidenceSnapshot): string {
  if (state === 'same') return 'as it is shown here'
  if (state === 'earlier') {
    return `as commit ${asAfter?.seq} of writer ${asAfter?.writer} had left it, see the history`
  }
  return 'in a state that this file does not show'
}

function signerText(signer: EvidenceSnapshot['by']): string {
  return `${nameOf(signer.node)} (${writerText(signer)})`
}

function writerText({ writer, byOrder }: Omit<EvidenceSnapshot['by'], 'node'>): string {
  return `writer ${writer}${byOrder ? ' by order of its agency' : ''}`
}

function nameOf(node: Readonly<Record<string, string>>): string {
  return Object.values(node).join(' / ')
}
