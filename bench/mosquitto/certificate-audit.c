/*
 * For the dynamic linker (LD_AUDIT, see rtld-audit(7)): binds `mosquitto_client_certificate` of the plugin, and of
 * nothing else, to the function in certificate-shim.c. Neither broker nor plugin is built differently for it.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <string.h>

enum { OTHER = 1, PLUGIN = 2 };

static uintptr_t shim;

unsigned int la_version(unsigned int version) { return version; }

unsigned int la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie) {
  (void)namespace;
  *cookie = strstr(map->l_name, "deviceauth_mosquitto.so") == NULL ? OTHER : PLUGIN;
  return LA_FLG_BINDFROM | LA_FLG_BINDTO;
}

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to, unsigned int *flags,
                       const char *name) {
  (void)index;
  (void)to;
  *flags |= LA_SYMB_NOPLTENTER | LA_SYMB_NOPLTEXIT;
  if (strcmp(name, "deviceauthd_bench_certificate") == 0) shim = symbol->st_value;
  const int is_asked = *from == PLUGIN && strcmp(name, "mosquitto_client_certificate") == 0;
  return is_asked && shim != 0 ? shim : symbol->st_value;
}
