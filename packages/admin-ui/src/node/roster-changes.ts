import { useTranslation } from 'react-i18next'
import type { JsonObject, Roster } from '../api.ts'
import { formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import { useLanguage } from '../language.ts'

const KINDS = {
  federation: 'change.federation',
  roots: 'change.roots',
  witnesses: 'change.witnesses',
  profile: 'change.profile',
  rules: 'change.rules',
  agency: 'change.agency',
  agencyWithKey: 'change.agencyWithKey',
  namespace: 'change.namespace',
  writer: 'change.writer',
  peers: 'change.peers',
  grant: 'change.grant',
  close: 'change.close',
  pin: 'change.pin',
  retire: 'change.retire',
  settled: 'change.settled',
  administrator: 'change.administrator',
} as const

/** What a version of the roster changed, in words: changes of one kind are counted together. */
export function useChangesText(roster: Roster): (changes: readonly JsonObject[]) => string {
  const { t } = useTranslation()
  const language = useLanguage()
  return (changes) => {
    const counts = new Map<string, number>()
    for (const change of changes) {
      const type = kindOf(change)
      counts.set(type, (counts.get(type) ?? 0) + 1)
    }
    const texts = [...counts].map(([type, count]) => {
      const key = Object.entries(KINDS).find(([known]) => known === type)?.[1]
      const text = key === undefined ? type : t(key)
      return count === 1 ? text : t('change.counted', { text, count })
    })
    if (changes.length === 0) return t('change.none')
    const names = agencyNames(changes, roster).map((name) => plainText(name, language))
    const listed = formatList(texts, language)
    return names.length === 0
      ? listed
      : t('change.named', { listed, names: formatList(names, language) })
  }
}

/** Only a change of an agency that names an administrator key may have given it one. */
function kindOf({ type, admin }: JsonObject): string {
  return type === 'agency' && typeof admin === 'string' ? 'agencyWithKey' : String(type)
}

/** The agencies that the changes admit, rename or end. */
function agencyNames(
  changes: readonly JsonObject[],
  roster: Roster,
): readonly Roster['agencies'][number]['name'][] {
  const ids = new Set(
    changes.flatMap((change) => {
      if (change['type'] === 'agency') return [change['id']]
      return change['type'] === 'retire' ? [change['agency']] : []
    }),
  )
  return roster.agencies.filter((agency) => ids.has(agency.id)).map((agency) => agency.name)
}
