/**
 * Re-checks a replica from its logs: every signature, hash and body passes the gate once more in
 * a fresh registry, and digest and views of every record have to come out the same; the search
 * index must hold exactly the records that are there.
 */
import {
  type Commit,
  canonicalJson,
  decodeCommit,
  decodeHeader,
  hashToText,
  type IndexCheck,
  type JsonValue,
  logText,
  type Registry,
  type View,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import type { NodeContext } from '../node-context.ts'
import { copyRosters, withScratchRegistry } from '../store/scratch-registry.ts'

/** What a verification found. */
export type Verification = {
  readonly ok: boolean
  readonly commits: number
  readonly records: number
  readonly digest: string
  /** Sums over the records of each agency and over what of them is indexed. */
  readonly index: readonly IndexCheck[]
  readonly problems: readonly { readonly what: string; readonly where: string }[]
}

type Problem = Verification['problems'][number]
type Progress = (done: number, total: number) => void

/** Verifies the replica of a node; its scratch space is a folder that is removed again. */
export async function verifyNode(
  context: NodeContext,
  onProgress: Progress = () => undefined,
): Promise<Verification> {
  const options = { crypto: createCrypto(), now: context.clock.now }
  return withScratchRegistry(options, (scratch) =>
    compare(context.store.registry, scratch, onProgress),
  )
}

/** A node that serves goes on taking commits; what came meanwhile is replayed and compared again. */
async function compare(
  registry: Registry,
  scratch: Registry,
  onProgress: Progress,
): Promise<Verification> {
  const refused: Problem[] = []
  for (let round = 1; ; round++) {
    await copyRosters(registry, scratch)
    const heads = headsOf(registry)
    await replay(registry, scratch, refused, onProgress)
    const problems = [...refused]
    const digest = hashToText(await registry.catalogueDigest())
    const rebuilt = hashToText(await scratch.catalogueDigest())
    if (digest !== rebuilt) problems.push({ what: 'catalogue digest', where: rebuilt })
    const records = await compareViews(registry, scratch, problems)
    if (headsOf(registry) === heads || round === ROUNDS_MAX) {
      const { commits } = registry.totals()
      const index = await registry.checkIndex()
      const lacking = registry.pruning.lackingRecords()
      if (lacking > 0) {
        problems.push({ what: 'values that count are not held here', where: `${lacking} records` })
      }
      for (const { what, log, seq } of registry.damage().commits) {
        problems.push({ what: `damaged ${what}`, where: `commit ${logText(log)} ${seq}` })
      }
      for (const { agency, digest: own, indexed } of index) {
        if (own !== indexed) problems.push({ what: 'search index', where: `agency ${agency}` })
      }
      return { ok: problems.length === 0, commits, records, digest, index, problems }
    }
  }
}

const ROUNDS_MAX = 100
const PAGE_BYTES = 4_194_304

function headsOf(registry: Registry): string {
  return registry
    .heads()
    .map(({ log, accepted }) => `${logText(log)} ${accepted.seq}`)
    .join('\n')
}

/** Offers the scratch registry everything it has not seen yet, log by log. */
async function replay(
  registry: Registry,
  scratch: Registry,
  problems: Problem[],
  onProgress: Progress,
): Promise<void> {
  for (const { log } of registry.heads()) {
    const seen = scratch.heads().find((head) => logText(head.log) === logText(log))
    for (let from = (seen?.known.seq ?? 0) + 1, more = true; more; ) {
      const page = await registry.readLog(log, from, PAGE_BYTES)
      for (const bytes of page.commits) {
        const commit = decodeCommit(bytes)
        from = decodeHeader(commit.header).seq + 1
        await offer(scratch, commit, `${logText(log)} ${from - 1}`, problems)
        onProgress(scratch.totals().commits, registry.totals().commits)
      }
      more = page.more
    }
  }
}

async function offer(
  scratch: Registry,
  commit: Commit,
  where: string,
  problems: Problem[],
): Promise<void> {
  const [acceptance] = await scratch.accept([commit], { leftOut: true })
  if (acceptance?.outcome.kind === 'dropped') {
    problems.push({ what: acceptance.outcome.code, where: `commit ${where}` })
  }
}

async function compareViews(
  registry: Registry,
  scratch: Registry,
  problems: Problem[],
): Promise<number> {
  let records = 0
  for await (const view of registry.catalogue.views()) {
    const { ns, kind, local } = view
    const rebuilt = await scratch.catalogue.record({ ns, kind, local })
    if (rebuilt === undefined || textOf(rebuilt) !== textOf(view)) {
      problems.push({ what: 'record differs from its log', where: view.id })
    }
    records += 1
  }
  return records
}

function textOf(view: View): string {
  return canonicalJson(view as unknown as JsonValue)
}
