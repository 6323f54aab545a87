import { useEffect, useRef } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Notice } from '../../parts/notice.tsx'
import { NOTE_FIELD, type Wanted } from './erase.ts'

type Props = {
  readonly wanted: Wanted
  readonly onConfirm: () => void
  readonly onBack: () => void
}

/** What will happen, in plain words, before it does. */
export function EraseConfirm({ wanted: { field, order }, onConfirm, onBack }: Props) {
  const { t } = useTranslation()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const isNote = field.path === NOTE_FIELD
  return (
    <Notice state="bad">
      <h3 tabIndex={-1} ref={heading}>
        {t('erase.confirmTitle', { field: field.label })}
      </h3>
      <ul className="bullets">
        <li>{t(isNote ? 'erase.willNotes' : 'erase.willValues')}</li>
        <li>{t('erase.willNever')}</li>
        {isNote ? null : <li>{t('erase.willBeside')}</li>}
        {field.isLegal ? <li>{t('erase.willLegal')}</li> : null}
        <li>{t('erase.willOthers')}</li>
        <li>{t('erase.willNot')}</li>
        <li>{t('erase.willStay', { order })}</li>
      </ul>
      <div className="btns">
        <Button className="btn btn-danger" onPress={onConfirm}>
          {t('erase.confirm')}
        </Button>
        <Button className="btn" onPress={onBack}>
          {t('erase.back')}
        </Button>
      </div>
    </Notice>
  )
}
