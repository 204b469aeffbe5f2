import { LOCALE_FIELD } from './recipients';
import { TextField } from './text-field';

/** Suggestions only: which languages DigiCert knows is not published, and it gets what is entered here. */
const LANGUAGES = { de: 'German', en: 'English', es: 'Spanish', fr: 'French', ja: 'Japanese' };

export function LanguageField({ fault }: { readonly fault: string | undefined }) {
  return (
    <>
      <TextField
        label="Language of the emails (a code such as en; may be left empty)"
        field={LOCALE_FIELD}
        fault={fault}
        list="languages"
      />
      <datalist id="languages">
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} label={name} />
        ))}
      </datalist>
    </>
  );
}
