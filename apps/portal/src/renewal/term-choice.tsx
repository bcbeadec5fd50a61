import type { RenewalCase } from '@certdesk/contract';
import { day } from '@certdesk/contract/format';
import type { Ref } from 'preact';
import { useWords } from '../app/language.tsx';

export function TermChoice(props: {
  terms: RenewalCase['terms'];
  chosen: number | null;
  missing: boolean;
  disabled: boolean;
  fieldset: Ref<HTMLFieldSetElement>;
  choose: (years: number) => void;
}) {
  const { terms, chosen, missing, disabled, fieldset, choose } = props;
  const { term } = useWords().renewal;
  return (
    <fieldset ref={fieldset} disabled={disabled} aria-describedby={missing ? 'term-missing' : undefined}>
      <legend>{term.legend}</legend>
      <p id="term-missing" class="error" role="alert">
        {missing && term.missing}
      </p>
      <div class="terms">
        {terms.map(({ years, notAfter }) => (
          <label key={years} class={years === chosen ? 'chosen' : ''}>
            <input
              type="radio"
              name="term"
              value={years}
              checked={years === chosen}
              onChange={() => choose(years)}
            />
            <span>
              {term.years(years)}
              <small>{term.until(day(notAfter))}</small>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
