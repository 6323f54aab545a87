import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { en } from './locales/en.ts'
import { zhCn } from './locales/zh-cn.ts'
import { readStored, writeStored } from './stored.ts'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const STORED_AS = 'mulu.language'

/** Chinese for any Chinese browser, English for everybody else, unless the reader chose. */
export function chooseLanguage(stored: string | null, wanted: readonly string[]): Language {
  const chosen = LANGUAGES.find((language) => language === stored)
  if (chosen !== undefined) return chosen
  const first = wanted.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en'
  return /^zh/i.test(first) ? 'zh-CN' : 'en'
}

/** Loads both languages and sets the one this reader wants. */
export async function startLanguage(): Promise<void> {
  const language = chooseLanguage(readStored(STORED_AS), navigator.languages)
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { en: { ui: en }, 'zh-CN': { ui: zhCn } },
    ns: ['ui'],
    defaultNS: 'ui',
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  })
  document.documentElement.lang = language
}

/** Changes the language of the page and remembers it. */
export async function setLanguage(language: Language): Promise<void> {
  writeStored(STORED_AS, language)
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}

/** The language in use. */
export function useLanguage(): Language {
  return useTranslation().i18n.language === 'en' ? 'en' : 'zh-CN'
}
