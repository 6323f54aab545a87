import { type Labels, MuluError } from '@mulu/registry-core'

/** Languages in which people are told things. */
export type Language = 'zh-Hans' | 'en'

const TAGGED = /^([a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})=(.+)$/
const HAN = /\p{Script=Han}/u

/**
 * Names by language from the command line: `en=Water Board` says the language, plain text is
 * zh-Hans when it has a Chinese character and en otherwise. MULU_USAGE when one language comes
 * twice with different names.
 */
export function parseNames(texts: readonly string[]): Labels {
  const names: Record<string, string> = {}
  for (const text of texts) {
    const [, tag = HAN.test(text) ? 'zh-Hans' : 'en', name = text] = TAGGED.exec(text) ?? []
    const known = names[tag]
    if (known !== undefined && known !== name) {
      throw new MuluError('MULU_USAGE', {
        details: { reason: `Two names are given for the language ${tag}.`, names: [known, name] },
      })
    }
    names[tag] = name.trim()
  }
  return names
}

/** A name in a language, or in any other. */
export function labelOf(names: Labels, language: Language): string {
  return names[language] ?? Object.values(names)[0] ?? '?'
}
