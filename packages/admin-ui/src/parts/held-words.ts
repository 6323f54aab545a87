import type { TFunction } from 'i18next'
import type { HeldPart } from '../api.ts'
import { formatList } from '../format.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'

/** Agencies whose names stand in a sentence; of more only the number is told. */
const NAMED_MAX = 4

/** The agencies whose records are held, by name where they are few. */
export function heldNames(held: HeldPart, t: TFunction, language: Language): string | undefined {
  if (held.agencies === 0 || held.agencies > Math.min(NAMED_MAX, held.names.length))
    return undefined
  const names = held.names.map(({ name }) => plainText(name, language))
  return t('held.names', { names: formatList(names, language) })
}
