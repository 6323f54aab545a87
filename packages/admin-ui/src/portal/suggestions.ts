import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { Suggestion } from '../api.ts'
import { suggestionsQuery } from '../queries.ts'

/** The node takes no longer text as a search. */
const TYPED_CHARS_MAX = 200
const NONE: readonly Suggestion[] = []

/** The list under the search box: what is in it, whether it is open, which one the keys are on. */
export type SuggestionList = {
  readonly items: readonly Suggestion[]
  readonly isOpen: boolean
  /** -1 while the keys are in the text. */
  readonly active: number
  readonly open: () => void
  readonly close: () => void
  /** To the next or the one before; past either end is the text again. */
  readonly move: (step: 1 | -1) => void
}

/** What the node suggests for a text; the old list stays until the new one is there. */
export function useSuggestions(typed: string): SuggestionList {
  const text = useDeferredValue(typed.trim())
  const isAsked = text !== '' && text.length <= TYPED_CHARS_MAX
  const [isWanted, setWanted] = useState(false)
  const [place, setPlace] = useState({ text, active: -1 })
  const { data } = useQuery({
    ...suggestionsQuery(text),
    enabled: isWanted && isAsked,
    placeholderData: keepPreviousData,
  })
  const items = isWanted && isAsked ? (data ?? NONE) : NONE
  const active = place.text === text && place.active < items.length ? place.active : -1
  return {
    items,
    isOpen: items.length > 0,
    active,
    open: () => setWanted(true),
    close: () => {
      setWanted(false)
      setPlace({ text, active: -1 })
    },
    move: (step) => {
      const places = items.length + 1
      setPlace({ text, active: ((active + 1 + step + places) % places) - 1 })
    },
  }
}
