/** key revoke: ending a writer at a position of its logs, by the root holders or by its agency. */
import { type Command, Option } from 'commander'
import type { Revoked } from '../federation/revoke.ts'
import type { Operations } from '../operations/operations.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { collect } from './options.ts'
import { print, printJson } from './output.ts'
import { parseFrom, parseNumber } from './roster-options.ts'
import { settleProposal } from './sign-here.ts'
import { isByAgency, printTaken, settleDraft, statusOf } from './sign-order.ts'

type RevokeOptions = {
  readonly dir: string
  readonly json?: boolean
  readonly from: readonly string[]
  readonly branch?: readonly string[]
  readonly why: string
  readonly out?: string
  readonly agencyKey?: string
  readonly draft?: string
  readonly number?: number
  readonly again?: boolean
  readonly leaveOpen?: boolean
  readonly dryRun?: boolean
}

/** Adds `mulu key revoke`. */
export function addRevoke(key: Command, done: (status: ExitStatus) => void): void {
  key
    .command('revoke')
    .description('end a writer at a position of its logs, for good')
    .argument('<writer>', 'number of the writer', parseNumber)
    .requiredOption('--dir <dir>', 'data folder of the node')
    .requiredOption(
      '--from <seq>',
      'first position that no longer counts; ns/audience:seq',
      collect,
    )
    .option('--json', 'print JSON')
    .option('--branch <id>', 'sha256:… of the commit at the end of a forked log', collect)
    .option('--why <text>', 'reason that stands in the roster or order', 'revoked')
    .option('--leave-open', 'go on although fields would be opened that no key here can close')
    .option('--out <file>', 'write the proposal for root holders to sign elsewhere')
    .option('--agency-key <file>', 'sign an order with the administrator key of the agency')
    .option('--draft <file>', 'or write the order, to be signed where that key is')
    .option('--number <n>', 'number of the order; the lowest that is free here', parseNumber)
    .option('--again', 'sign although another roster or order of this number was signed')
    .addOption(new Option('--dry-run', 'only say what would happen'))
    .action(async (writer: number, options: RevokeOptions) => {
      await using operations = await openOperations(options.dir)
      done(await revoke(operations, writer, options))
    })
}

async function revoke(
  operations: Operations,
  writer: number,
  options: RevokeOptions,
): Promise<ExitStatus> {
  const { why, number, json } = options
  const revoked = await operations.revoke({
    ...{ writer, why, from: parseFrom(options.from) },
    branches: options.branch ?? [],
    leaveOpen: options.leaveOpen ?? false,
    dryRun: options.dryRun ?? false,
    by: isByAgency(options) ? 'agency' : 'roots',
    ...(number === undefined ? {} : { number }),
  })
  const { proposal, draft, ...told } = revoked
  if (json !== true) printRevoked(revoked)
  else if (draft === undefined) printJson(told)
  if (proposal !== undefined) await settleProposal(operations, proposal, options)
  if (draft === undefined) return 0
  const taken = await settleDraft(operations, draft, options)
  if (json === true) printJson({ ...told, orders: taken })
  return json === true ? statusOf(taken) : printTaken(taken)
}

function printRevoked(revoked: Revoked): void {
  const { writer, ends, orphaned, loosened } = revoked
  const isDry = revoked.proposal === undefined && revoked.draft === undefined
  const places = ends.map(({ namespace, audience, seq }) => `${namespace}/${audience} at ${seq}`)
  print(`Writer ${writer} ends: ${places.join(', ') || 'from the beginning'}`)
  print(`${orphaned.length} commits do not count any more`)
  for (const { log, seq, records } of orphaned) print(`  ${log} ${seq}: ${records.join(' ')}`)
  print(`${loosened.length} fields would be looser`)
  for (const { record, path, value, reclosed } of loosened) {
    const state = reclosed ? (isDry ? 'to be closed anew' : 'closed anew') : 'OPEN'
    print(`  ${record} ${path} ${JSON.stringify(value)}: ${state}`)
  }
  if (orphaned.length > 0)
    print(`To take work over: mulu key adopt ${writer} --dir … [--record ID]`)
}
