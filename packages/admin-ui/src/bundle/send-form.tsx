import { type FormEvent, useId, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Option } from '../parts/option.tsx'
import { Status } from '../parts/status.tsx'
import type { Protection, Wanted } from './prepare-bundle.ts'
import { ProtectionField } from './protection-field.tsx'
import { EVERYBODY, type Receiver } from './receivers.ts'

type Props = {
  readonly receivers: readonly Receiver[]
  readonly to: number | undefined
  readonly isBusy: boolean
  readonly onSend: (wanted: Wanted) => void
}

/** For whom, and who can open it; nothing is written by it. */
export function SendForm({ receivers, to: first, isBusy, onSend }: Props) {
  const { t } = useTranslation()
  const ids = { to: useId(), error: useId() }
  const [to, setTo] = useState<number | undefined>(first)
  const [chosen, setChosen] = useState<Protection['kind'] | undefined>(undefined)
  const [passphrase, setPassphrase] = useState('')
  const [isAll, setAll] = useState(false)
  const [isTried, setTried] = useState(false)
  const receiver = receivers.find(({ client }) => client === to)
  const canEncrypt = receiver?.hasKey === true
  const kind = chosen === undefined || (chosen === 'key' && !canEncrypt) ? usual() : chosen
  const isPassphraseMissing = kind === 'passphrase' && passphrase.trim() === ''

  /** To the receiver alone where that can be. */
  function usual(): Protection['kind'] {
    if (canEncrypt) return 'key'
    return to === EVERYBODY || to === undefined ? 'open' : 'passphrase'
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    setTried(true)
    if (to === undefined || isPassphraseMissing) return
    const protection: Protection = kind === 'passphrase' ? { kind, passphrase } : { kind }
    onSend({ to, protection, isAll })
  }

  return (
    <form onSubmit={submit} noValidate>
      <div className="field">
        <label className="label" htmlFor={ids.to}>
          {t('send.to')}
        </label>
        <select
          className="select"
          id={ids.to}
          value={to ?? ''}
          aria-invalid={isTried && to === undefined}
          aria-describedby={isTried && to === undefined ? ids.error : undefined}
          onChange={({ target: { value } }) => setTo(value === '' ? undefined : Number(value))}
        >
          <option value="">{t('send.choose')}</option>
          {receivers.map(({ client, name }) => (
            <option key={client} value={client}>
              {name}
            </option>
          ))}
          <option value={EVERYBODY}>{t('send.everybody')}</option>
        </select>
        {isTried && to === undefined ? (
          <span className="field-error" role="alert" id={ids.error}>
            <Status state="bad">{t('send.toMissing')}</Status>
          </span>
        ) : null}
      </div>
      {to === undefined ? null : (
        <ProtectionField
          receiver={receiver}
          kind={kind}
          onKind={setChosen}
          passphrase={passphrase}
          onPassphrase={setPassphrase}
          isMissing={isTried && isPassphraseMissing}
        />
      )}
      {receiver === undefined ? null : (
        <Option
          type="checkbox"
          label={t('send.all')}
          hint={t('send.allHint')}
          isChosen={isAll}
          onChoose={setAll}
        />
      )}
      <div className="btns section-table">
        <Button className="btn btn-primary" type="submit" isDisabled={isBusy}>
          {t(isBusy ? 'send.preparing' : 'send.go')}
        </Button>
      </div>
    </form>
  )
}
