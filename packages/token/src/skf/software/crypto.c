/* SM2, SM3 and SM4 by libcrypto (OpenSSL 3). Functions answer 1 if all went well. */
#include "software.h"
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <string.h>

int random_bytes(uint8_t *out, size_t length) { return RAND_bytes(out, (int)length) == 1; }

void sm3(const void *data, size_t length, uint8_t digest[32]) { EVP_Digest(data, length, digest, NULL, EVP_sm3(), NULL); }

int sm4(int encrypt, const char *mode, const uint8_t key[16], const uint8_t iv[16], int padding, const uint8_t *in, size_t length,
        uint8_t *out, size_t *out_length) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  const EVP_CIPHER *cipher = strcmp(mode, "cbc") == 0 ? EVP_sm4_cbc() : EVP_sm4_ecb();
  int first = 0, last = 0;
  int ok = context && EVP_CipherInit_ex(context, cipher, NULL, key, iv, encrypt) == 1 &&
           EVP_CIPHER_CTX_set_padding(context, padding) == 1 && EVP_CipherUpdate(context, out, &first, in, (int)length) == 1 &&
           EVP_CipherFinal_ex(context, out + first, &last) == 1;
  EVP_CIPHER_CTX_free(context);
  *out_length = (size_t)(first + last);
  return ok;
}

static EVP_PKEY *pair_of(const uint8_t secret[32], const uint8_t point[64]) {
  uint8_t octets[65] = {4};
  memcpy(octets + 1, point, 64);
  BIGNUM *number = BN_bin2bn(secret, 32, NULL);
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
  EVP_PKEY *made = NULL;
  OSSL_PARAM *parameters = NULL;
  if (OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, octets, sizeof octets) == 1 &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1 &&
      (parameters = OSSL_PARAM_BLD_to_param(builder)) && EVP_PKEY_fromdata_init(context) == 1)
    EVP_PKEY_fromdata(context, &made, EVP_PKEY_KEYPAIR, parameters);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  EVP_PKEY_CTX_free(context);
  BN_clear_free(number);
  return made;
}

int sm2_point(const uint8_t secret[32], uint8_t point[64]) {
  EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_sm2);
  EC_POINT *product = EC_POINT_new(group);
  BIGNUM *number = BN_bin2bn(secret, 32, NULL);
  uint8_t octets[65];
  BIGNUM *limit = BN_dup(EC_GROUP_get0_order(group));
  BN_sub_word(limit, 1);
  int ok = !BN_is_zero(number) && BN_cmp(number, limit) < 0 && EC_POINT_mul(group, product, number, NULL, NULL, NULL) == 1 &&
           EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, octets, sizeof octets, NULL) == sizeof octets;
  if (ok) memcpy(point, octets + 1, 64);
  BN_free(limit);
  BN_clear_free(number);
  EC_POINT_free(product);
  EC_GROUP_free(group);
  return ok;
}

int sm2_generate(uint8_t secret[32], uint8_t point[64]) {
  do
    if (!random_bytes(secret, 32)) return 0;
  while (!sm2_point(secret, point));
  return 1;
}

/* One INTEGER of at most 32 bytes; returns where it ends, NULL if there is none. */
static const uint8_t *integer(const uint8_t *der, const uint8_t *end, uint8_t out[32]) {
  if (end - der < 2 || der[0] != 2 || der[1] > 33 || der + 2 + der[1] > end) return NULL;
  size_t length = der[1];
  const uint8_t *value = der + 2;
  while (length > 32) {
    if (*value) return NULL;
    value++, length--;
  }
  memset(out, 0, 32);
  memcpy(out + 32 - length, value, length);
  return value + length;
}

int sm2_sign(const uint8_t secret[32], const uint8_t point[64], const uint8_t digest[32], uint8_t r[32], uint8_t s[32]) {
  uint8_t der[80];
  size_t length = sizeof der;
  EVP_PKEY *pair = pair_of(secret, point);
  EVP_PKEY_CTX *context = pair ? EVP_PKEY_CTX_new(pair, NULL) : NULL;
  int ok = context && EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &length, digest, 32) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(pair);
  if (!ok || der[0] != 0x30) return 0;
  const uint8_t *next = integer(der + 2, der + length, r);
  return next && integer(next, der + length, s) != NULL;
}

static uint8_t *put_integer(uint8_t *out, const uint8_t value[32]) {
  int skip = 0;
  while (skip < 31 && value[skip] == 0) skip++;
  int zero = value[skip] & 0x80 ? 1 : 0;
  *out++ = 2;
  *out++ = (uint8_t)(32 - skip + zero);
  if (zero) *out++ = 0;
  memcpy(out, value + skip, (size_t)(32 - skip));
  return out + 32 - skip;
}

/* Takes at most 128 bytes of ciphertext: keys, not documents. */
int sm2_decrypt(const uint8_t secret[32], const uint8_t point[64], const ECCCIPHERBLOB *blob, uint8_t *out, size_t *out_length) {
  uint8_t body[256], der[260];
  size_t cipher = (size_t)blob->CipherLen;
  if (cipher == 0 || cipher > 96) return 0;
  uint8_t *end = put_integer(put_integer(body, blob->XCoordinate + 32), blob->YCoordinate + 32);
  *end++ = 4;
  *end++ = 32;
  memcpy(end, blob->HASH, 32);
  end += 32;
  *end++ = 4;
  *end++ = (uint8_t)cipher;
  memcpy(end, blob->Cipher, cipher);
  end += cipher;
  size_t length = (size_t)(end - body), header = length < 128 ? 2 : 3;
  der[0] = 0x30;
  der[1] = header == 2 ? (uint8_t)length : 0x81;
  if (header == 3) der[2] = (uint8_t)length;
  memcpy(der + header, body, length);

  uint8_t plain[256];
  size_t plain_length = sizeof plain;
  EVP_PKEY *pair = pair_of(secret, point);
  EVP_PKEY_CTX *context = pair ? EVP_PKEY_CTX_new(pair, NULL) : NULL;
  int ok = context && EVP_PKEY_decrypt_init(context) == 1 &&
           EVP_PKEY_decrypt(context, plain, &plain_length, der, length + header) == 1 && plain_length <= *out_length;
  if (ok) {
    memcpy(out, plain, plain_length);
    *out_length = plain_length;
  }
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(pair);
  return ok;
}
