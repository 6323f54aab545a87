import { type FormEvent, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { setAccessKey, useAccessKey } from '../access-key.ts'
import { Status } from '../parts/status.tsx'

/** Where a person shows that this node is theirs to write with. */
export function AccessSection() {
  const { t } = useTranslation()
  const key = useAccessKey()
  return (
    <section className="section" aria-labelledby="access">
      <div className="section-head">
        <h2 id="access">{t('access.title')}</h2>
        <p>{t('access.text')}</p>
      </div>
      <div className="panel">{key === undefined ? <Enter /> : <Entered />}</div>
    </section>
  )
}

function Enter() {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [isEmpty, setEmpty] = useState(false)

  function submit(event: FormEvent): void {
    event.preventDefault()
    const key = text.trim()
    setEmpty(key === '')
    if (key !== '') setAccessKey(key)
  }

  return (
    <form onSubmit={submit}>
      <TextField
        className="field"
        type="password"
        autoComplete="off"
        value={text}
        onChange={setText}
        isInvalid={isEmpty}
      >
        <Label className="label">{t('access.label')}</Label>
        <span className="hint" id="access-hint">
          {t('access.hint')}
        </span>
        {isEmpty ? (
          <span className="field-error" role="alert">
            <Status state="bad">{t('access.empty')}</Status>
          </span>
        ) : null}
        <Input className="input code" aria-describedby="access-hint" />
      </TextField>
      <div className="btns section-table">
        <Button className="btn btn-primary" type="submit">
          {t('access.enter')}
        </Button>
      </div>
    </form>
  )
}

function Entered() {
  const { t } = useTranslation()
  return (
    <>
      <p role="status">
        <Status state="ok">{t('access.entered')}</Status>
      </p>
      <div className="btns section-table">
        <Button className="btn" onPress={() => setAccessKey(undefined)}>
          {t('access.forget')}
        </Button>
      </div>
    </>
  )
}
