import type { Labels, Status } from './api.ts'
import type { Language } from './language.ts'

/** A text as shown: its language, and whether the reader's own language is missing. */
export type ShownText = {
  readonly text: string
  readonly lang: string
  readonly isForeign: boolean
}

/** The reader's language, else the other of our two, else whichever there is. */
export function chooseText(labels: Labels | string, language: Language): ShownText | undefined {
  if (typeof labels === 'string') return { text: labels, lang: scriptOf(labels), isForeign: false }
  const own = language === 'en' ? 'en' : 'zh-Hans'
  const other = language === 'en' ? 'zh-Hans' : 'en'
  for (const lang of [own, other, ...Object.keys(labels)]) {
    const text = labels[lang]
    if (text !== undefined && text !== '') return { text, lang, isForeign: lang !== own }
  }
  return undefined
}

/** The text alone, for places that cannot carry a language: titles of pages, names of controls. */
export function plainText(labels: Labels | string, language: Language, otherwise = ''): string {
  return chooseText(labels, language)?.text ?? otherwise
}

/** The language tag for a text whose language nobody stated. */
export function scriptOf(text: string): string {
  return /\p{Script=Han}/u.test(text) ? 'zh-Hans' : 'en'
}

/** The answering node's own name: in both languages where the roster has both. */
export function ownName(status: Status): Labels | string {
  return status.peers.find((peer) => peer.self)?.name ?? status.node.name
}
