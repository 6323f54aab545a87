/** A refused stale change, with both values and who set them, so that nothing is lost. */
import {
  isMuluError,
  type JsonValue,
  MuluError,
  type RecordId,
  type Source,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { showSource } from './present-source.ts'

type Position = { readonly client: number; readonly seq: number }
type StalePath = {
  readonly path: string
  readonly base: readonly Position[]
  readonly current: readonly (Position & {
    readonly value: JsonValue
    readonly removed: boolean
  })[]
  readonly yours: JsonValue
}

/** The error to answer with; any other error stays as it is. */
export async function showStale(
  context: NodeContext,
  id: RecordId,
  error: unknown,
): Promise<unknown> {
  if (!isMuluError(error) || error.code !== 'MULU_STALE') return error
  const history = await context.store.registry.catalogue.history(id)
  const sources = new Map(history.map(({ source }) => [keyOf(source), source] as const))
  const name = (at: Position): object => {
    const source: Source | undefined = sources.get(keyOf(at))
    return source === undefined ? at : showSource(context, source)
  }
  const stale = (error.details['conflicts'] ?? []) as readonly StalePath[]
  const conflicts = stale.map(({ path, base, current, yours }) => ({
    path,
    base: base.map(name),
    current: current.map((at) => ({ ...name(at), value: at.value, removed: at.removed })),
    yours,
  }))
  return new MuluError('MULU_STALE', { cause: error, details: { conflicts } })
}

function keyOf(at: Position): string {
  return `${at.client}.${at.seq}`
}
