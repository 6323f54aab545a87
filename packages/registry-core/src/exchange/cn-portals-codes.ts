import type { JsonObject, JsonValue } from '../encoding/json.ts'
import { EU_DATA_THEMES } from '../profile/vocabularies/eu-data-theme.ts'
import { isoToRegion } from '../profile/vocabularies/region.ts'
import { isObjectList, isTextList, member } from './read-member.ts'

const HAN = /[\u3400-\u9fff\uf900-\ufaff]|[\ud840-\ud87f][\udc00-\udfff]/
const THEME_CODES: ReadonlySet<string> = new Set(EU_DATA_THEMES.map((term) => term.code))
const EU_THEME = 'eudatatheme'

/** The language of a text by its script. */
export function scriptLanguage(text: string): 'zh-Hans' | 'en' {
  return HAN.test(text) ? 'zh-Hans' : 'en'
}

/** The theme codes among the topics of a portal, each once; undefined when there are none. */
export function topicsToThemes(topics: JsonValue | undefined): readonly string[] | undefined {
  if (topics === undefined || !isObjectList(topics)) return undefined
  const codes = topics.flatMap((topic) => {
    const id = member(topic, 'id')
    const isTheme = member(topic, 'type') === EU_THEME
    return isTheme && typeof id === 'string' && THEME_CODES.has(id) ? [id] : []
  })
  return codes.length === 0 ? undefined : [...new Set(codes)]
}

/** Topics for theme codes, beside those topics of the source that are no themes. */
export function themesToTopics(codes: JsonValue, original: JsonValue | undefined): JsonValue {
  const others = original !== undefined && isObjectList(original) ? original : []
  const kept = others.filter((topic) => member(topic, 'type') !== EU_THEME)
  const themes = isTextList(codes) ? codes : []
  return [...themes.map(themeToTopic), ...kept]
}

function themeToTopic(code: string): JsonObject {
  const name = EU_DATA_THEMES.find((term) => term.code === code)?.label.en ?? code
  return { id: code, name, type: EU_THEME }
}

/** Languages of a portal as tags, each once; undefined when there are none. */
export function langsToLanguages(langs: JsonValue | undefined): readonly string[] | undefined {
  if (langs === undefined || !isObjectList(langs)) return undefined
  const tags = langs.flatMap((lang) => {
    const id = member(lang, 'id')
    if (typeof id !== 'string') return []
    return [id === 'CN' ? 'zh' : id.toLowerCase()]
  })
  return tags.length === 0 ? undefined : [...new Set(tags)]
}

/** What the words of `access_mode` mean; undefined for words that are not known. */
export type AccessMode = 'open' | 'conditional' | 'closed'

/** Open only when every word says so; closed only when every word says so. */
export function wordsToAccessMode(words: JsonValue | undefined): AccessMode | undefined {
  if (words === undefined || !isTextList(words) || words.length === 0) return undefined
  if (words.every((word) => word === 'open')) return 'open'
  if (words.every((word) => word === 'closed')) return 'closed'
  const known = ['open', 'limited', 'restricted', 'closed']
  return words.every((word) => known.includes(word)) ? 'conditional' : undefined
}

/** Sharing between agencies, with the words of the source as its condition. */
export function accessModeToSharing(mode: AccessMode, words: JsonValue): JsonObject {
  if (mode === 'open') return { type: 'unconditional' }
  const condition = isTextList(words) ? words.join(', ') : ''
  return { type: mode === 'closed' ? 'none' : 'conditional', condition }
}

/** The region a portal covers, else that of its owner: a province, else the country. */
export function placesToRegion(portal: JsonObject): string | undefined {
  const coverage = member(portal, 'coverage')
  const first = coverage !== undefined && isObjectList(coverage) ? coverage[0] : undefined
  const covered = memberPath(first, ['location'])
  const owned = memberPath(portal, ['owner', 'location'])
  return (
    codeAt(covered, ['subregion', 'id']) ??
    codeAt(owned, ['subregion', 'id']) ??
    codeAt(covered, ['country', 'id']) ??
    codeAt(owned, ['country', 'id'])
  )
}

function codeAt(place: JsonValue | undefined, keys: readonly string[]): string | undefined {
  const iso = memberPath(place, keys)
  return typeof iso === 'string' ? isoToRegion(iso) : undefined
}

function memberPath(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  let place = value
  for (const key of keys) {
    if (typeof place !== 'object' || place === null || Array.isArray(place)) return undefined
    place = member(place as JsonObject, key)
  }
  return place
}
