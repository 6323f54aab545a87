import type { TFunction } from 'i18next'
import type { AsOf, SharePart } from '../api.ts'

/** Per cent, rounded down, so that what is not all is never 100. */
export function percentOf({ here, known }: SharePart): number {
  return known === 0 ? 100 : Math.floor((here / known) * 100)
}

/** What share of the catalogue is here, in one sentence; undefined once the node is level. */
export function shareSentence(
  { nodes, share }: Pick<AsOf, 'nodes' | 'share'>,
  t: TFunction,
): string | undefined {
  const { state, ownRegion, rest } = share
  if (state === 'unknown') return nodes > 1 ? t('share.unknown') : undefined
  if (state === 'level' || state === 'partial') return undefined
  if (ownRegion === null)
    return rest === null ? undefined : t('share.all', { rest: percentOf(rest) })
  const own = percentOf(ownRegion)
  if (rest === null) return t('share.own', { own })
  if (own === 100) return t('share.ownComplete', { rest: percentOf(rest) })
  return t('share.both', { own, rest: percentOf(rest) })
}
