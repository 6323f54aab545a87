/**
 * Re-checks a replica from its logs: every signature, hash and body passes the gate once more in
 * a fresh registry, and digest and views of every record have to come out the same.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  allCommits,
  canonicalJson,
  hashToText,
  type JsonValue,
  openRegistry,
  type Registry,
  type View,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import type { NodeContext } from '../node-context.ts'
import { openDatabase } from '../store/open-database.ts'
import { PROFILES } from '../store/profiles.ts'

/** What a verification found. */
export type Verification = {
  readonly ok: boolean
  readonly commits: number
  readonly records: number
  readonly digest: string
  readonly problems: readonly { readonly what: string; readonly where: string }[]
}

type Problem = Verification['problems'][number]
type Progress = (done: number, total: number) => void

/** Verifies the replica of a node; its scratch space is a folder that is removed again. */
export async function verifyNode(
  context: NodeContext,
  onProgress: Progress = () => undefined,
): Promise<Verification> {
  const dir = await mkdtemp(join(tmpdir(), 'mulu-verify-'))
  try {
    const db = await openDatabase(join(dir, 'store'))
    const scratch = await openRegistry({
      db,
      crypto: createCrypto(),
      now: context.clock.now,
      randomBytes: (length) => new Uint8Array(length),
      profiles: Object.values(PROFILES),
    })
    const result = await compare(context.store.registry, scratch, onProgress)
    await scratch.close()
    await db.close()
    return result
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function compare(
  registry: Registry,
  scratch: Registry,
  onProgress: Progress,
): Promise<Verification> {
  for (const roster of registry.rosters) await scratch.addRoster(roster.bytes)
  const { problems, commits } = await replay(registry, scratch, onProgress)
  const digest = hashToText(await registry.catalogueDigest())
  const rebuilt = hashToText(await scratch.catalogueDigest())
  if (digest !== rebuilt) problems.push({ what: 'catalogue digest', where: rebuilt })
  const records = await compareViews(registry, scratch, problems)
  return { ok: problems.length === 0, commits, records, digest, problems }
}

async function replay(
  registry: Registry,
  scratch: Registry,
  onProgress: Progress,
): Promise<{ readonly problems: Problem[]; readonly commits: number }> {
  const problems: Problem[] = []
  const total = registry.totals().commits
  let commits = 0
  for await (const commit of allCommits(registry)) {
    const [acceptance] = await scratch.accept([commit])
    if (acceptance?.outcome.kind === 'dropped') {
      problems.push({ what: acceptance.outcome.code, where: `commit ${commits + 1}` })
    }
    commits += 1
    onProgress(commits, total)
  }
  return { problems, commits }
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
