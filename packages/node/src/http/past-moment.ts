import { type Moment, MuluError, momentText } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'

const DAY = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/
const DAY_MS = 86_400_000
const FORMS =
  'It is a day (2024-05-01, to its end in UTC), a time with its zone, the id of a snapshot, or heads:<namespace>.<writer>.<position>,…'

/** The moment that a parameter names: a day, a time, a snapshot or heads; MULU_QUERY. */
export async function readMoment(
  { store }: NodeContext,
  parameter: string,
  text: string,
): Promise<Moment> {
  const startMs = DAY.test(text) || TIME.test(text) ? Date.parse(text) : Number.NaN
  const isHeads = /^(heads|sha256):/.test(text)
  if (Number.isNaN(startMs) && !isHeads) {
    throw new MuluError('MULU_QUERY', { details: { parameter, reason: FORMS } })
  }
  const atMs = DAY.test(text) ? startMs + DAY_MS - 1 : startMs
  return store.registry.catalogue.moment(isHeads ? text : atMs)
}

/** A moment as answers tell it: the time that was asked for, and the heads that this came to. */
export function momentDocument(moment: Moment): { atMs: number | null; heads: string } {
  return { atMs: moment.atMs ?? null, heads: momentText(moment) }
}
