import { type FormEvent, useId, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Status } from '../../parts/status.tsx'
import type { Erasable, Wanted } from './erase.ts'

/** As long as a header of a commit takes it. */
const ORDER_MAX = 64

type Props = {
  readonly fields: readonly Erasable[]
  readonly onContinue: (wanted: Wanted) => void
  readonly onCancel: () => void
}

/** Which field, and by which order; nothing is done by it. */
export function EraseForm({ fields, onContinue, onCancel }: Props) {
  const { t } = useTranslation()
  const ids = { field: useId(), hint: useId(), order: useId(), error: useId() }
  const [path, setPath] = useState('')
  const [order, setOrder] = useState('')
  const [isTried, setTried] = useState(false)
  const field = fields.find((each) => each.path === path)
  const isOrderMissing = order.trim() === ''

  function submit(event: FormEvent): void {
    event.preventDefault()
    setTried(true)
    if (field !== undefined && !isOrderMissing) onContinue({ field, order: order.trim() })
  }

  return (
    <form className="panel" onSubmit={submit} noValidate>
      <div className="field">
        <label className="label" htmlFor={ids.field}>
          {t('erase.field')}
        </label>
        <select
          className="select"
          id={ids.field}
          value={path}
          aria-invalid={isTried && field === undefined}
          aria-describedby={isTried && field === undefined ? ids.error : undefined}
          // biome-ignore lint/a11y/noAutofocus: the reader has just asked for this form.
          autoFocus
          onChange={(event) => setPath(event.target.value)}
        >
          <option value="">{t('erase.choose')}</option>
          {fields.map((each) => (
            <option key={each.path} value={each.path}>
              {each.label}
            </option>
          ))}
        </select>
        {isTried && field === undefined ? (
          <span className="field-error" role="alert" id={ids.error}>
            <Status state="bad">{t('erase.fieldMissing')}</Status>
          </span>
        ) : null}
      </div>
      <TextField
        className="field"
        autoComplete="off"
        maxLength={ORDER_MAX}
        value={order}
        onChange={setOrder}
        isInvalid={isTried && isOrderMissing}
      >
        <Label className="label">{t('erase.order')}</Label>
        <span className="hint" id={ids.hint}>
          {t('erase.orderHint', { count: ORDER_MAX })}
        </span>
        {isTried && isOrderMissing ? (
          <span className="field-error" role="alert">
            <Status state="bad">{t('erase.orderMissing')}</Status>
          </span>
        ) : null}
        <Input className="input" aria-describedby={ids.hint} />
      </TextField>
      <div className="btns section-table">
        <Button className="btn btn-primary" type="submit">
          {t('erase.continue')}
        </Button>
        <Button className="btn" onPress={onCancel}>
          {t('erase.cancel')}
        </Button>
      </div>
    </form>
  )
}
