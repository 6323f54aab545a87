/** Taking orphaned work over under the own key. */
import {
  adoptionChanges,
  audienceText,
  hashToText,
  MuluError,
  type Orphan,
  type Write,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { requireWriter } from './own-writer.ts'
import { type OrphanLine, orphanLine } from './revoke.ts'

/** Which of a writer's orphaned commits. */
export type OrphanFilter = {
  readonly writer: number
  readonly fromSeq?: number
  readonly toSeq?: number
  /** Whole ids (`ns/kind/local`); all records where it is left out. */
  readonly records?: readonly string[]
}

/** An orphaned commit with what it says. */
export type OrphanShown = OrphanLine & {
  readonly stampMs: number
  readonly fields: readonly {
    readonly record: string
    readonly set: Orphan['entries'][number]['set']
    readonly remove: readonly string[]
    readonly readable: boolean
  }[]
}

/** What was taken over. */
export type Adopted = {
  readonly commits: readonly string[]
  readonly adopted: number
  readonly records: number
}

/** The orphaned commits that a filter leaves, with what they say. */
export async function listOrphans(
  context: NodeContext,
  filter: OrphanFilter,
): Promise<readonly OrphanShown[]> {
  return (await chosenOrphans(context, filter)).map((orphan) => ({
    ...orphanLine(orphan),
    stampMs: orphan.stamp[0],
    fields: orphan.entries.map(({ rec, set, remove, isReadable }) => ({
      ...{ record: `${orphan.log.ns}/${rec}`, set, remove, readable: isReadable },
    })),
  }))
}

/** Writes what orphaned commits say under the own key; values keep the rank of their first writing. */
export async function adoptOrphans(context: NodeContext, filter: OrphanFilter): Promise<Adopted> {
  const { registry } = context.store
  requireWriter({ registry, signer: context.signer })
  const orphans = await chosenOrphans(context, filter)
  if (orphans.length === 0) {
    throw new MuluError('MULU_ORDERS', {
      details: { reason: 'There is nothing to adopt.', ...filter },
    })
  }
  const commits: string[] = []
  let records = 0
  for (const scope of scopesOf(orphans)) {
    const own = orphans.filter(({ log }) => `${log.ns}/${audienceText(log.aud)}` === scope.text)
    const changes = adoptionChanges(own)
    if (changes.length === 0) continue
    const note = { reason: `Adopted from writer ${filter.writer}.` }
    const { ns, aud } = scope
    const written = await registry.write({ ns, aud, actor: context.config.actor, note, changes })
    commits.push(...written.commits.map(hashToText))
    records += new Set(changes.map(({ rec }) => rec)).size
  }
  return { commits, adopted: orphans.length, records }
}

async function chosenOrphans(
  context: NodeContext,
  { writer, fromSeq = 1, toSeq = Number.POSITIVE_INFINITY, records }: OrphanFilter,
): Promise<readonly Orphan[]> {
  const all = await context.store.registry.orphans(writer)
  return all
    .filter(({ seq }) => seq >= fromSeq && seq <= toSeq)
    .map((orphan) => ({
      ...orphan,
      entries: orphan.entries.filter(
        ({ rec }) => records === undefined || records.includes(`${orphan.log.ns}/${rec}`),
      ),
    }))
    .filter(({ entries }) => entries.length > 0)
}

type Scope = Pick<Write, 'ns' | 'aud'> & { readonly text: string }

function scopesOf(orphans: readonly Orphan[]): readonly Scope[] {
  const scopes = new Map<string, Scope>()
  for (const { log } of orphans) {
    if (typeof log.aud !== 'number') continue
    const text = `${log.ns}/${log.aud}`
    scopes.set(text, { ns: log.ns, aud: log.aud, text })
  }
  return [...scopes.values()]
}
