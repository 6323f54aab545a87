/** import, status, reindex, export: what goes into a node and comes out of it. */
import { once } from 'node:events'
import type { SharePart } from '@mulu/registry-core'
import { type Command, Option } from 'commander'
import type { ImportReport } from '../feed/import-feed.ts'
import { readFeedBytes } from '../feed/read-feed-bytes.ts'
import type { AsOf } from '../status/as-of.ts'
import type { NodeStatus } from '../status/node-status.ts'
import type { ExitStatus } from './cli.ts'
import { openOperations } from './open-operations.ts'
import { print, printJson, say, startProgress } from './output.ts'
import { keepingLines } from './prune.ts'
import { scrubLines } from './scrub.ts'
import { snapshotLines } from './snapshot.ts'
import { heldLines } from './subscribe.ts'

type Done = (status: ExitStatus) => void
type Dir = { readonly dir: string; readonly json?: boolean }

function withDir(command: Command): Command {
  return command
    .requiredOption('--dir <dir>', 'data folder of the node')
    .option('--json', 'print JSON')
}

type ImportArguments = Dir & {
  readonly format: 'auto' | 'dcat-us' | 'jsonl'
  readonly source?: string
  readonly dryRun?: boolean
}

/** `mulu import` */
export function addImport(program: Command, done: Done): void {
  withDir(program.command('import').description('import a feed'))
    .argument('<file>', 'file, address or - for standard input')
    .addOption(
      new Option('--format <format>', 'format of the feed')
        .choices(['auto', 'dcat-us', 'jsonl'])
        .default('auto'),
    )
    .option('--source <name>', 'name of the source, for stable ids')
    .option('--dry-run', 'only count what would change')
    .action(async (file: string, options: ImportArguments) => {
      const bytes = await readFeedBytes(file)
      await using operations = await openOperations(options.dir)
      const progress = startProgress('records')
      const report = await operations
        .importFeed({
          bytes,
          format: options.format,
          ...(options.source === undefined ? {} : { source: options.source }),
          dryRun: options.dryRun ?? false,
          onProgress: progress.update,
        })
        .finally(progress.stop)
      if (options.json === true) printJson(report)
      else printReport(report)
      done(report.refused > 0 ? 1 : 0)
    })
}

function printReport(report: ImportReport): void {
  const { added, changed, unchanged, refused, total, commits, problems } = report
  for (const { index, identifier, field, code, reason } of report.errors) {
    say(`record ${index + 1} (${identifier ?? 'no identifier'}): ${code} ${field}: ${reason}`)
  }
  const verb = report.dryRun ? 'would be' : 'were'
  print(`${report.format}: of ${total} records ${added} ${verb} added, ${changed} ${verb} changed`)
  print(`  ${unchanged} unchanged, ${refused} refused, ${report.wouldWithdraw} gone from the feed`)
  print(`  ${problems} records to complete, ${commits} commits`)
  for (const { code, count } of report.notes) print(`  ${code}: ${count} fields`)
}

/** `mulu status` */
export function addStatus(program: Command, done: Done): void {
  withDir(program.command('status').description('what this node is and sees')).action(
    async ({ dir, json }: Dir) => {
      await using operations = await openOperations(dir)
      const status = await operations.status()
      if (json === true) printJson(status)
      else printStatus(status)
      done(0)
    },
  )
}

function printStatus(status: NodeStatus): void {
  const { federation, roster, catalogue, heads, asOf, node, snapshots } = status
  print(`${federation.name} · ${Object.values(node.name).join(' / ')} (${node.role})`)
  if (!node.admitted)
    print('not admitted yet: bring join-request.json to the root holders or to your agency')
  if (node.fallenOrder !== null) {
    const { number, code } = node.fallenOrder
    print(`NOT ADMITTED: order ${number} of the agency does not count: ${code}`)
  }
  print(`roster ${roster.version}, ${roster.agencies} agencies, ${roster.writers} nodes`)
  for (const alarm of roster.alarms) print(`  ALARM ${alarmText(alarm)}`)
  for (const line of orderLines(status.orders)) print(line)
  print(`catalogue ${catalogue.records} records, ${catalogue.published} published,`)
  print(`  ${catalogue.problems} problems, ${catalogue.conflicts} conflicts`)
  const part = asOf.share.held === null ? '' : ', over the part that is held here'
  print(`  digest ${catalogue.digest}${part}`)
  print(`${heads.commits} commits in ${heads.logs} logs, ${heads.waiting} waiting`)
  for (const { name, outdated } of status.peers) {
    if (outdated !== null) print(outdatedLine(Object.values(name).join(' / '), outdated))
  }
  if (asOf.share.held !== null) for (const line of heldLines(asOf.share.held)) print(line)
  for (const line of keepingLines(status.keeping)) print(line)
  for (const line of scrubLines(status.scrub)) print(line)
  for (const line of snapshotLines(snapshots, status.nowMs)) print(line)
  const { orders, outstanding } = status.erasures
  if (orders > 0) print(`${orders} orders of erasure, ${outstanding} not confirmed by every node`)
  print(`${asOf.agree} of ${asOf.nodes} nodes agree, ${asOf.heard} heard`)
  for (const line of shareLines(asOf.share)) print(line)
}

/** How much is here while the node catches up; nothing to say once it is level. */
export function shareLines({
  state,
  ownRegion,
  rest,
}: Pick<AsOf['share'], 'state' | 'ownRegion' | 'rest'>): readonly string[] {
  if (state === 'level' || state === 'partial') return []
  if (state === 'unknown') return ['how much is missing here is not known: no other node told yet']
  const parts = [
    ...(ownRegion === null ? [] : [`own region ${shareText(ownRegion)}`]),
    ...(rest === null ? [] : [`${ownRegion === null ? 'all' : 'the rest'} ${shareText(rest)}`]),
  ]
  return [`catching up: ${parts.join(', ')}`]
}

/** Rounded down, so that what is not all is never 100 %. */
function shareText({ here, known }: SharePart): string {
  if (here === known) return 'complete'
  return `${Math.floor((here / known) * 100)} % (${here} of ${known} commits)`
}

function orderLines({ keys, counting, ineffective }: NodeStatus['orders']): readonly string[] {
  if (keys + counting + ineffective.length === 0) return []
  const disputed = ineffective.filter(({ code }) => code === 'MULU_ORDER_NUMBER')
  return [
    `${counting} orders of agencies count, ${ineffective.length} do not; ${keys} keys in use`,
    ...disputed.map(
      ({ agency, number, office }) =>
        `  ALARM agency ${agency.code} gave number ${number} twice (${office ?? 'head office'}); see mulu order list`,
    ),
  ]
}

function alarmText(alarm: NodeStatus['roster']['alarms'][number]): string {
  switch (alarm.type) {
    case 'fork':
      return `two rosters of version ${alarm.version}: ${alarm.kept} (followed here), ${alarm.other}; see mulu roster choose`
    case 'behind':
      return `other nodes have roster ${alarm.newest}, this one ${alarm.version}`
    case 'old':
      return `no root holder has confirmed the roster for ${alarm.days} days; see mulu roster propose --confirm`
  }
}

function outdatedLine(name: string, outdated: 'self' | 'peer'): string {
  const who = outdated === 'self' ? 'this node is' : 'it is'
  return `OUTDATED nothing is exchanged with ${name}: ${who} too old and has to be updated`
}

/** `mulu reindex` */
export function addReindex(program: Command, done: Done): void {
  const description = 'build the search index anew, while the node serves'
  withDir(program.command('reindex').description(description)).action(
    async ({ dir, json }: Dir) => {
      await using operations = await openOperations(dir)
      const progress = startProgress('records')
      const result = await operations.reindex(progress.update).finally(progress.stop)
      if (json === true) printJson(result)
      else print(`indexed: ${result.records} records`)
      done(0)
    },
  )
}

/** `mulu export` */
export function addExport(program: Command, done: Done): void {
  withDir(program.command('export').description('all records as lines of JSON'))
    .addOption(new Option('--format <format>', 'format').choices(['jsonl']).default('jsonl'))
    .action(async ({ dir }: Dir) => {
      await using operations = await openOperations(dir)
      const held = await operations.held()
      if (held !== null) say(`of ${held.agencies} of ${held.of} agencies; no others are held here`)
      for await (const line of operations.exportLines()) {
        if (!process.stdout.write(line)) await once(process.stdout, 'drain')
      }
      done(0)
    })
}
