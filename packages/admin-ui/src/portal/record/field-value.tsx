import { useTranslation } from 'react-i18next'
import type { Json } from '../../api.ts'
import { formatList, formatSourceDate } from '../../format.ts'
import { scriptOf } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { useVocabulary, type WordFor } from '../vocabulary.ts'
import { languageName } from './field-label.ts'
import { PlainValue } from './plain-value.tsx'
import { frequencyKey, stateKey } from './value-words.ts'
import { isWebAddress, typeOf } from './ways.ts'

/** A value as a reader understands it: codes become words, nested values small lists and tables. */
export function FieldValue({ path, value }: { path: string; value: Json }) {
  const words = useCodedWords(path, value)
  if (words !== undefined) return <>{words}</>
  const [head = '', lang] = path.split('/')
  if (typeof value === 'string' && (head === 'title' || head === 'description')) {
    return (
      <span className="prose" lang={lang}>
        {value}
      </span>
    )
  }
  if (head === 'sharing' || head === 'openness') return <TypedValue head={head} value={value} />
  return <PlainValue value={value} />
}

/** The words for a value that the profile or we ourselves code; undefined for all others. */
function useCodedWords(path: string, value: Json): string | undefined {
  const { t } = useTranslation()
  const language = useLanguage()
  const wordFor = useVocabulary()
  const [head = '', lang = ''] = path.split('/')
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    if (head === 'keyword') return formatList(value, lang.startsWith('zh') ? 'zh-CN' : 'en')
    if (head === 'theme') return formatList(wordsFor('theme', value, wordFor), language)
    if (head === 'language')
      return formatList(
        value.map((tag) => languageName(tag, language)),
        language,
      )
  }
  if (typeof value !== 'string') return undefined
  if (head === 'region') return regionText(value, wordFor)
  if (head === 'theme') return wordFor('theme', value)
  if (head === 'language') return languageName(value, language)
  if (head === 'modified' || head === 'issued') return formatSourceDate(value, language)
  if (head === 'state') return textOfKey(stateKey(value), value)
  if (head === 'frequency') return textOfKey(frequencyKey(value), value)
  return undefined

  function textOfKey(
    key: ReturnType<typeof stateKey> | ReturnType<typeof frequencyKey>,
    otherwise: string,
  ) {
    return key === undefined ? otherwise : t(key)
  }
}

function wordsFor(facet: 'theme', values: readonly string[], wordFor: WordFor): readonly string[] {
  return values.map((value) => wordFor(facet, value))
}

function regionText(value: string, wordFor: WordFor): string {
  const word = wordFor('region', value)
  return word === value ? value : `${word} (${value})`
}

/** `sharing` and `openness`: the type in bold, then condition, method and basis. */
function TypedValue({ head, value }: { head: 'sharing' | 'openness'; value: Json }) {
  const wordFor = useVocabulary()
  const type = typeOf(value)
  if (type === undefined) return <PlainValue value={value} />
  const rest = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const others = rest.filter(([name, part]) => name !== 'type' && typeof part === 'string')
  return (
    <>
      <b>{wordFor(head, type)}</b>
      {others.map(([name, part]) => (
        <span className="part" key={name} lang={scriptOf(String(part))}>
          {isWebAddress(String(part)) ? <a href={String(part)}>{String(part)}</a> : String(part)}
        </span>
      ))}
    </>
  )
}
