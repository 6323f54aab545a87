import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Facet, FacetName } from '../api.ts'
import { chooseText } from '../labels.ts'
import { useLanguage } from '../language.ts'
import { Count } from '../parts/count.tsx'
import { FACET_NAMES } from './facet-names.ts'
import type { WordFor } from './vocabulary.ts'

const SHOWN_FIRST = 7
const FIND_FROM = 13

type Props = {
  readonly facet: FacetName
  readonly values: readonly Facet[]
  readonly chosen: readonly string[]
  readonly wordFor: WordFor
  readonly onChange: (values: readonly string[]) => void
}

/** One filter: its values with counts, the chosen ones first, long lists folded. */
export function FacetGroup({ facet, values, chosen, wordFor, onChange }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [isWhole, setWhole] = useState(false)
  const [sought, setSought] = useState('')
  const name = t(FACET_NAMES[facet])
  const all = withChosenFirst(values, chosen)
  if (all.length === 0) return null
  const found = all.filter((value) => matches(wordFor(facet, value.value), sought))
  const shown =
    isWhole || sought !== '' ? found : found.slice(0, Math.max(SHOWN_FIRST, chosen.length))
  const hidden = found.length - shown.length

  function toggle(value: string, isChosen: boolean): void {
    onChange(isChosen ? [...chosen, value] : chosen.filter((other) => other !== value))
  }

  return (
    <fieldset className="facet">
      <legend>{name}</legend>
      {all.length < FIND_FROM ? null : (
        <input
          className="input"
          type="search"
          aria-label={t('facet.find', { name })}
          placeholder={t('facet.find', { name })}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
      )}
      {shown.map((value) => (
        <label key={value.value}>
          <input
            className="check"
            type="checkbox"
            checked={chosen.includes(value.value)}
            onChange={(event) => toggle(value.value, event.target.checked)}
          />
          <span lang={chooseText(value.label, language)?.lang}>{wordFor(facet, value.value)}</span>
          <span className="n">
            <Count value={value.count} />
            <span className="vh"> {t('facet.records', { count: value.count })}</span>
          </span>
        </label>
      ))}
      {hidden === 0 && !isWhole ? null : (
        <Button className="btn btn-quiet btn-small" onPress={() => setWhole(!isWhole)}>
          {isWhole ? t('facet.fewer') : t('facet.more', { count: hidden })}
          <span className="vh"> {name}</span>
        </Button>
      )}
    </fieldset>
  )
}

/** A chosen value stays visible also where nothing matches it any more. */
function withChosenFirst(values: readonly Facet[], chosen: readonly string[]): readonly Facet[] {
  const first = chosen.map(
    (value) => values.find((known) => known.value === value) ?? { value, label: {}, count: 0 },
  )
  return [...first, ...values.filter((known) => !chosen.includes(known.value))]
}

function matches(text: string, sought: string): boolean {
  return text.toLowerCase().includes(sought.trim().toLowerCase())
}
