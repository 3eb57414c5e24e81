/**
 * The number of a certificate stands behind the # of the address in its QR code, which no server gets to see. Here it
 * is filled in, so that whoever looks only types the last name.
 */

const number = document.querySelector("#number");
const name = document.querySelector("#last_name");
const told = decodeURIComponent(location.hash.slice(1));
if (number instanceof HTMLInputElement && name instanceof HTMLInputElement && /^[A-Za-z0-9 .-]{5,60}$/.test(told)) {
  number.value = told;
  name.focus();
}
