import { useTranslation } from 'react-i18next'
import type { AgencyRow } from '../../api.ts'
import { LabelText } from '../../parts/label-text.tsx'
import { Option } from '../../parts/option.tsx'
import { isNationwide, type Part, regionsOf } from './part.ts'

type Props = {
  readonly agencies: readonly AgencyRow[]
  readonly part: Part
  readonly onChange: (part: Part) => void
}

/** Whole regions, with those below them and with agencies that come later. */
export function RegionChoice({ agencies, part, onChange }: Props) {
  const { t } = useTranslation()
  const regions = [...regionsOf(agencies, part.regions)]
  if (regions.length === 0) return null
  return (
    <fieldset className="field options">
      <legend className="label">{t('part.regions')}</legend>
      <p className="hint">{t('part.regionsHint')}</p>
      {regions.map(([start, name]) => (
        <Option
          key={start}
          type="checkbox"
          label={<LabelText labels={name ?? start} />}
          hint={isNationwide(start) ? t('part.nationwide') : undefined}
          isChosen={part.regions.includes(start)}
          onChoose={(isChosen) =>
            onChange({ ...part, regions: toggled(part.regions, start, isChosen) })
          }
        />
      ))}
    </fieldset>
  )
}

/** A list with an item, or without it. */
export function toggled(list: readonly string[], item: string, isIn: boolean): readonly string[] {
  const others = list.filter((each) => each !== item)
  return isIn ? [...others, item] : others
}
