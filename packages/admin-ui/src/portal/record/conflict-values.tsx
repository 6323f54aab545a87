import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Conflict, ConflictValue, Json } from '../../api.ts'
import { plainText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { Moment } from '../../parts/moment.tsx'
import { Status } from '../../parts/status.tsx'
import { differenceOf } from './difference.ts'
import { FieldValue } from './field-value.tsx'
import { mayLoosen, type Settle } from './settle.ts'

type Props = {
  readonly conflict: Conflict
  readonly label: string
  /** The value that the record shows meanwhile. */
  readonly shown: Json | undefined
  readonly settle: Settle
}

/** Both values in place, each with author and time, and one press to pick. */
export function ConflictValues({ conflict, label, shown, settle }: Props) {
  const shownIndex = conflict.values.findIndex((value) => isSame(value.value, shown))
  return (
    <ul className="values">
      {conflict.values.map((value, index) => (
        <li key={`${value.commit} ${value.seq}`}>
          <Value conflict={conflict} value={value} />
          <Who conflict={conflict} value={value} isShown={index === shownIndex} />
          {settle.canPick ? (
            <PickButton
              conflict={conflict}
              value={value}
              label={label}
              number={index + 1}
              settle={settle}
            />
          ) : null}
        </li>
      ))}
    </ul>
  )
}

function Value({ conflict, value }: { conflict: Conflict; value: ConflictValue }) {
  const { t } = useTranslation()
  if (value.removed) return <span className="quiet">{t('conflict.removed')}</span>
  const other = conflict.values.find((candidate) => candidate !== value)
  if (conflict.values.length !== 2 || other === undefined) {
    return <FieldValue path={conflict.path} value={value.value} />
  }
  if (typeof value.value !== 'string' || typeof other.value !== 'string') {
    return <FieldValue path={conflict.path} value={value.value} />
  }
  return <TextDifference text={value.value} other={other.value} path={conflict.path} />
}

/** Words on one side only are underlined, and listed for those who do not see the underline. */
function TextDifference({ text, other, path }: { text: string; other: string; path: string }) {
  const { t } = useTranslation()
  const pieces = differenceOf(text, other)
  const own = pieces.filter((piece) => piece.isOnly).map((piece) => piece.text.trim())
  if (own.length === 0 || pieces.every((piece) => piece.isOnly)) {
    return <FieldValue path={path} value={text} />
  }
  const [, lang] = path.split('/')
  return (
    <>
      <span className="prose" lang={lang}>
        {pieces.map((piece) =>
          piece.isOnly ? (
            <mark className="only" key={piece.at}>
              {piece.text}
            </mark>
          ) : (
            <span key={piece.at}>{piece.text}</span>
          ),
        )}
      </span>
      <span className="vh">{t('conflict.onlyHere', { words: own.join('; ') })}</span>
    </>
  )
}

function Who(props: { conflict: Conflict; value: ConflictValue; isShown: boolean }) {
  const { conflict, value, isShown } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const isInForce = conflict.legal && !mayLoosen(conflict, value)
  const node = plainText(value.node, language)
  return (
    <>
      {isInForce ? (
        <span className="who">
          <Status state="wait" icon="s-lock">
            {t('conflict.inForce')}
          </Status>
        </span>
      ) : null}
      {conflict.legal && conflict.inForce === null ? (
        <span className="who">{t('conflict.together')}</span>
      ) : null}
      <span className="who">
        {!conflict.legal && isShown ? t('conflict.shown') : null}
        {value.office === null || value.office === node
          ? t('conflict.by', { agency: plainText(value.agency.name, language), node })
          : t('conflict.byOffice', { office: value.office, node })}
        <Moment ms={value.atMs} />
        {value.reason === null ? null : t('conflict.reason', { reason: value.reason })}
      </span>
    </>
  )
}

type PickProps = {
  readonly conflict: Conflict
  readonly value: ConflictValue
  readonly label: string
  readonly number: number
  readonly settle: Settle
}

/** What may loosen a field with legal effect is asked once more, in place. */
function PickButton({ conflict, value, label, number, settle }: PickProps) {
  const { t } = useTranslation()
  const [isAsking, setAsking] = useState(false)
  const needsAsking = mayLoosen(conflict, value)

  function press(): void {
    if (needsAsking && !isAsking) setAsking(true)
    else settle.pick({ conflict, value })
  }

  return (
    <div className="pick">
      {isAsking ? (
        <p className="hint" role="alert">
          {t('conflict.loosens')}
        </p>
      ) : null}
      <div className="btns">
        <Button
          className="btn btn-small"
          onPress={press}
          isDisabled={settle.isBusy}
          aria-label={
            isAsking
              ? t('conflict.pickAnywayNamed', { number, label })
              : t('conflict.pickNamed', { number, label })
          }
        >
          {isAsking ? t('conflict.pickAnyway', { number }) : t('conflict.pick', { number })}
        </Button>
        {isAsking ? (
          <Button className="btn btn-quiet btn-small" onPress={() => setAsking(false)}>
            {t('conflict.keep')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}

function isSame(left: Json, right: Json | undefined): boolean {
  return right !== undefined && JSON.stringify(left) === JSON.stringify(right)
}
