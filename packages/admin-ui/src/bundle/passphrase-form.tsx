import { type FormEvent, useId, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Status } from '../parts/status.tsx'

type Props = {
  readonly isWrong: boolean
  readonly onOpen: (passphrase: string) => void
}

/** A file that opens with a passphrase asks for it. */
export function PassphraseForm({ isWrong, onOpen }: Props) {
  const { t } = useTranslation()
  const ids = { input: useId(), hint: useId() }
  const [passphrase, setPassphrase] = useState('')

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (passphrase !== '') onOpen(passphrase)
  }

  return (
    <form onSubmit={submit} noValidate>
      <div className="field">
        <p role="alert" id={ids.hint}>
          <Status state={isWrong ? 'bad' : 'warn'} {...(isWrong ? {} : { icon: 's-lock' })}>
            {t(isWrong ? 'bundleError.passphrase' : 'bundleError.locked')}
          </Status>
        </p>
        <label className="label" htmlFor={ids.input}>
          {t('send.passphraseLabel')}
        </label>
        <input
          className="input"
          id={ids.input}
          type="password"
          autoComplete="off"
          value={passphrase}
          aria-invalid={isWrong}
          aria-describedby={ids.hint}
          onChange={({ target }) => setPassphrase(target.value)}
        />
      </div>
      <div className="btns section-table">
        <Button className="btn btn-primary" type="submit">
          {t('take.open')}
        </Button>
      </div>
    </form>
  )
}
