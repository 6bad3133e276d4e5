#pragma once
#include <type_traits>

namespace actorgate::inspection {

/// One field of a message, with the name that it has in JSON and in tables.
template <class T>
struct named {
  const char* name;
  T& value;
};
template <class T>
named(const char*, T&) -> named<T>;

namespace detail {
struct any_fields {
  template <class... T>
  void operator()(named<T>...) const {}
};
}  // namespace detail

/// A struct that tells its fields: `T::each(x, f)` returns `f(named{"first", x.first}, ...)`. That one list
/// is how it travels, and how it is shown.
template <class T>
concept has_fields = requires(T& x) {
  std::remove_const_t<T>::each(x, detail::any_fields{});
};

/// For CAF.
template <class Inspector, has_fields T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  return std::remove_const_t<T>::each(x, [&f](auto... field) { return f(field.value...); });
}

}  // namespace actorgate::inspection
