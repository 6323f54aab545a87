import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Option } from '../parts/option.tsx'
import { Status } from '../parts/status.tsx'
import type { Protection } from './prepare-bundle.ts'
import type { Receiver } from './receivers.ts'

type Props = {
  /** Undefined for every member. */
  readonly receiver: Receiver | undefined
  readonly kind: Protection['kind']
  readonly onKind: (kind: Protection['kind']) => void
  readonly passphrase: string
  readonly onPassphrase: (passphrase: string) => void
  readonly isMissing: boolean
}

/** Who can open the file, should the stick fall into other hands. */
export function ProtectionField(props: Props) {
  const { receiver, kind, passphrase, onPassphrase, isMissing } = props
  const { t } = useTranslation()
  const ids = { passphrase: useId(), hint: useId(), error: useId() }
  return (
    <fieldset className="field options">
      <legend className="label">{t('send.protection')}</legend>
      {receiver?.hasKey === true ? (
        <Choice {...props} of="key" label={t('send.key', { name: receiver.name })}>
          {t('send.keyHint')}
        </Choice>
      ) : null}
      <Choice {...props} of="passphrase" label={t('send.passphrase')}>
        {t(receiver?.hasKey === false ? 'send.passphraseOnlyHint' : 'send.passphraseHint')}
      </Choice>
      {kind === 'passphrase' ? (
        <div className="option-more">
          <label className="label" htmlFor={ids.passphrase}>
            {t('send.passphraseLabel')}
          </label>
          <input
            className="input"
            id={ids.passphrase}
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={passphrase}
            aria-invalid={isMissing}
            aria-describedby={isMissing ? `${ids.hint} ${ids.error}` : ids.hint}
            onChange={({ target }) => onPassphrase(target.value)}
          />
          <span className="hint" id={ids.hint}>
            {t('send.passphraseWrite')}
          </span>
          {isMissing ? (
            <span className="field-error" role="alert" id={ids.error}>
              <Status state="bad">{t('send.passphraseMissing')}</Status>
            </span>
          ) : null}
        </div>
      ) : null}
      <Choice {...props} of="open" label={t('send.open')}>
        {t(receiver === undefined ? 'send.openAllHint' : 'send.openHint')}
      </Choice>
    </fieldset>
  )
}

type ChoiceProps = Pick<Props, 'kind' | 'onKind'> & {
  readonly of: Protection['kind']
  readonly label: string
  readonly children: string
}

function Choice({ kind, onKind, of, label, children }: ChoiceProps) {
  return (
    <Option
      type="radio"
      name="protection"
      label={label}
      hint={children}
      isChosen={kind === of}
      onChoose={() => onKind(of)}
    />
  )
}
