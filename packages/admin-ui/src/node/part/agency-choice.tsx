import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AgencyRow } from '../../api.ts'
import { LabelText } from '../../parts/label-text.tsx'
import { Option } from '../../parts/option.tsx'
import { isInRegions, type Part } from './part.ts'
import { toggled } from './region-choice.tsx'

type Props = {
  readonly agencies: readonly AgencyRow[]
  readonly part: Part
  readonly own: number | undefined
  readonly onChange: (part: Part) => void
}

/** As many as a person looks through; of more, words tell which are meant. */
const SHOWN_MAX = 100

/** Single agencies, to be found by name or code; the own one cannot be left out. */
export function AgencyChoice({ agencies, part, own, onChange }: Props) {
  const { t } = useTranslation()
  const ids = { words: useId(), hint: useId() }
  const [words, setWords] = useState('')
  const [first] = useState(() => new Set(part.agencies))
  const found = sorted(agencies, own, first).filter((agency) => isMeant(agency, words))
  const shown = found.slice(0, SHOWN_MAX)
  return (
    <fieldset className="field options">
      <legend className="label">{t('part.agencies')}</legend>
      <label className="label" htmlFor={ids.words}>
        {t('part.find')}
      </label>
      <input
        className="input"
        id={ids.words}
        type="search"
        autoComplete="off"
        value={words}
        aria-describedby={ids.hint}
        onChange={({ target }) => setWords(target.value)}
      />
      <p className="hint" id={ids.hint} role="status">
        {found.length > shown.length
          ? t('part.shown', { count: shown.length, of: found.length })
          : t('part.found', { count: found.length })}
      </p>
      <ul className="part-list">
        {shown.map((agency) => (
          <li key={agency.id}>
            <Option
              type="checkbox"
              label={<LabelText labels={agency.name} />}
              hint={reasonOf(agency)}
              isChosen={part.agencies.includes(agency.code) || reasonOf(agency) !== undefined}
              isDisabled={reasonOf(agency) !== undefined}
              onChoose={(isChosen) =>
                onChange({ ...part, agencies: toggled(part.agencies, agency.code, isChosen) })
              }
            />
          </li>
        ))}
      </ul>
    </fieldset>
  )

  /** Why it is held whether it is chosen or not. */
  function reasonOf({ id, region }: AgencyRow): string | undefined {
    if (id === own) return t('part.own')
    return isInRegions(region, part.regions) ? t('part.byRegion') : undefined
  }
}

/** The own agency, then those that were chosen when the form was opened: none moves under the hand. */
function sorted(
  agencies: readonly AgencyRow[],
  own: number | undefined,
  first: ReadonlySet<string>,
): readonly AgencyRow[] {
  const rank = ({ id, code }: AgencyRow): number => (id === own ? 0 : first.has(code) ? 1 : 2)
  return [...agencies].sort((a, b) => rank(a) - rank(b) || a.id - b.id)
}

function isMeant({ name, code }: AgencyRow, words: string): boolean {
  const wanted = words.trim().toLowerCase()
  const texts = [code, ...Object.values(name)]
  return texts.some((text) => text?.toLowerCase().includes(wanted))
}
