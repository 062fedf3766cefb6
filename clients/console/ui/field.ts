import { html, type TemplateResult } from "lit";

export type Field = {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | null;
};

/** Renders a label, a control with that id, and what explains it. The control has `aria-describedby="ID-hint"`. */
export function renderField({ id, label, hint = "", error = null }: Field, control: TemplateResult): TemplateResult {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${control}
    <p id="${id}-hint" class=${error === null ? "hint" : "error"} ?hidden=${error === null && hint === ""}>${error ?? hint}</p>
  </div>`;
}

export type TextField = Field & {
  readonly value: string;
  readonly type?: "text" | "password" | "url" | "search" | "datetime-local";
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly onInput: (value: string) => void;
};

/** Renders a text field with its label. */
export function renderTextField(field: TextField): TemplateResult {
  const { id, value, type = "text", placeholder = "", isRequired = false, error = null, onInput } = field;
  return renderField(
    field,
    html`<input
      class="input"
      id=${id}
      name=${id}
      type=${type}
      .value=${value}
      placeholder=${placeholder}
      ?required=${isRequired}
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      aria-describedby="${id}-hint"
      aria-invalid=${error !== null}
      @input=${({ target }: InputEvent) => target instanceof HTMLInputElement && onInput(target.value)}
    >`,
  );
}

export type SelectOption = { readonly value: string; readonly text: string };

export type SelectField = Field & {
  readonly value: string;
  readonly options: readonly SelectOption[];
  readonly onChange: (value: string) => void;
};

/** Renders a select with its label. */
export function renderSelectField(field: SelectField): TemplateResult {
  const { id, value, options, onChange } = field;
  return renderField(
    field,
    html`<select
      class="select"
      id=${id}
      aria-describedby="${id}-hint"
      .value=${value}
      @change=${({ target }: Event) => target instanceof HTMLSelectElement && onChange(target.value)}
    >${options.map((option) => html`<option value=${option.value} ?selected=${option.value === value}>${option.text}</option>`)}</select>`,
  );
}
