import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../language.ts'
import { nameOf } from './field-names.ts'

const BY_LANGUAGE: readonly string[] = ['field.title', 'field.description', 'field.keyword']

/** Names a field for a reader: `title/en` is “Title (English)”. */
export function useFieldLabel(): (path: string) => string {
  const { t } = useTranslation()
  const language = useLanguage()
  return (path) => {
    const { key, rest } = nameOf(path)
    if (key === undefined) return rest
    if (rest === '' || !BY_LANGUAGE.includes(key)) return t(key)
    return t('field.inLanguage', { name: t(key), language: languageName(rest, language) })
  }
}

/** The name of a language in the reader's own; an unknown tag stays as it is. */
export function languageName(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
